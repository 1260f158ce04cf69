import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ignored, notAPlugin } from '#src/read/ignore.js'

describe('ignored()', () => {
  it('leaves out packages, version control and dot names, whatever they are', () => {
    for (const name of [
      'node_modules',
      '.git',
      '.env',
      '.DS_Store',
      '..2026_11_21',
      '.plugin.js.Ab12Cd',
      '..data_tmp',
    ])
      for (const kind of ['file', 'folder'] as const)
        assert.equal(ignored(name, kind), true, `${name} as ${kind}`)
  })

  it('leaves out what editors and copy programs make for a moment', () => {
    for (const name of [
      'plugin.js~',
      '.plugin.js.swp',
      'plugin.swx',
      'plugin.js.swo',
      '4913',
      'plugin.js___jb_tmp___',
      'plugin.js___jb_old___',
      '___jb_x',
      '.#plugin.js',
      '#plugin.js#',
      'plugin.js.tmp',
      'sedAb12Cd',
      'Thumbs.db',
    ])
      assert.equal(ignored(name, 'file'), true, name)
  })

  it('keeps what belongs to a plugin', () => {
    for (const name of [
      'plugin.js',
      'metadata.json',
      'sed.js',
      'sedation.ts',
      '49131',
      'tmp.js',
      'a.tmp.js',
      'node_modules.js',
      '_helper.js',
      'Makefile',
    ])
      assert.equal(ignored(name, 'file'), false, name)
    for (const name of ['lib', 'sedative', '4913', 'x.tmp', '_private', 'node_modules2'])
      assert.equal(ignored(name, 'folder'), false, name)
  })

  it('sees the link that Kubernetes swaps, and does not go into it', () => {
    assert.equal(ignored('..data', 'file'), false)
    assert.equal(ignored('..data', 'folder'), true)
  })
})

describe('notAPlugin()', () => {
  it('is true for folders that are hidden, put aside or half renamed', () => {
    for (const name of [
      '.git',
      '.foo.tmp',
      '_shared',
      '__MACOSX',
      'node_modules',
      'foo~',
      'foo.bak',
      'foo.tmp',
      'foo.old',
      'foo.disabled',
    ])
      assert.equal(notAPlugin(name), true, name)
  })

  it('is false for any other', () => {
    for (const name of ['foo', 'foo.bar', 'bak', 'old-foo', 'tmp', 'foo_evil', 'disabled', 'foo.older'])
      assert.equal(notAPlugin(name), false, name)
  })
})
