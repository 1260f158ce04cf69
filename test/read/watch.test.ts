import assert from 'node:assert/strict'
import { execFile, spawnSync } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import {
  appendFile,
  chmod,
  cp,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  symlink,
  truncate,
  unlink,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import type { TestContext } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Problem } from '#src/model/problem.js'
import { readFolder } from '#src/read/discover.js'
import { disk } from '#src/read/disk.js'
import { watch } from '#src/read/watch.js'
import type { Watcher } from '#src/read/watch.js'

/** A user namespace of its own, with its own limits; needs no root. */
const NAMESPACE = ['unshare', '-Ur'] as const
const DEADLINE_MS = 8000
/** Longer than a watcher waits until it listens anew. */
const QUIET_MS = 600

interface Scene {
  readonly base: string
  readonly root: string
  readonly foo: string
  readonly config: string
  readonly watcher: Watcher
  readonly heard: string[]
  readonly troubles: Problem[]
  /** Resolves when the hint came, or fails at the deadline. */
  hint(name: string): Promise<void>
  /** Resolves when nothing was heard for a while. */
  quiet(): Promise<void>
  /** Looks at the folder when all is at rest, tells the watcher, and waits until that is at rest. */
  follow(directory: string): Promise<void>
  /** Forgets what was heard, does it, and waits for the hint. */
  expect(name: string, act: () => Promise<unknown>): Promise<void>
}

function temporary(t: TestContext): string {
  const base = realpathSync(mkdtempSync(join(tmpdir(), 'plugbay-watch-')))
  t.after(() => {
    rmSync(base, { recursive: true, force: true })
  })
  return base
}

async function plugin(directory: string, text = '1'): Promise<void> {
  await mkdir(join(directory, 'lib'), { recursive: true })
  await writeFile(join(directory, 'metadata.json'), '{}')
  await writeFile(join(directory, 'plugin.js'), text)
  await writeFile(join(directory, 'lib', 'a.js'), text)
}

/** A plugins folder with `foo` in it and a config file, watched and at rest. */
async function scene(
  t: TestContext,
  options: {
    usePolling?: boolean
    prepare?: (base: string) => Promise<unknown>
    root?: string
    config?: string
  } = {},
): Promise<Scene> {
  const base = temporary(t)
  const root = join(base, options.root ?? 'plugins')
  const config = join(base, options.config ?? 'plugins.config.json')
  if (options.prepare) await options.prepare(base)
  else {
    await plugin(join(root, 'foo'))
    await writeFile(config, '{}')
  }
  const heard: string[] = []
  const troubles: Problem[] = []
  let last = performance.now()
  const hear = (name: string): void => {
    last = performance.now()
    heard.push(name)
  }
  const watcher = watch({
    directories: [root],
    config,
    usePolling: options.usePolling ?? false,
    hints: {
      folder: (directory) => {
        hear(directory)
      },
      roots: () => {
        hear('roots')
      },
      config: () => {
        hear('config')
      },
      trouble: (problem) => {
        troubles.push(problem)
      },
      ready: () => {
        hear('ready')
      },
    },
  })
  t.after(() => watcher.close())
  const hint = async (name: string): Promise<void> => {
    const begun = performance.now()
    while (!heard.includes(name)) {
      assert.ok(performance.now() - begun < DEADLINE_MS, `no hint at ${name}; heard: ${heard.join(', ')}`)
      await pause(5)
    }
  }
  const quiet = async (): Promise<void> => {
    last = performance.now()
    while (performance.now() - last < QUIET_MS) await pause(10)
  }
  const follow = async (directory: string): Promise<void> => {
    await quiet()
    const facts = readFolder(disk, directory, Date.now())
    assert.ok(facts)
    watcher.follow(facts)
    await quiet()
  }
  const expect = async (name: string, act: () => Promise<unknown>): Promise<void> => {
    heard.length = 0
    await act()
    await hint(name)
  }
  await hint('ready')
  await quiet()
  return { base, root, foo: join(root, 'foo'), config, watcher, heard, troubles, hint, quiet, follow, expect }
}

/** The folder is heard, and so is each of its folders, once all is at rest. */
async function stillHeard(s: Scene, folder: string = s.foo): Promise<void> {
  await s.quiet()
  await s.expect(folder, () => writeFile(join(folder, 'plugin.js'), `${performance.now()}`))
  await s.quiet()
  await s.expect(folder, () => writeFile(join(folder, 'lib', 'a.js'), `${performance.now()}`))
}

async function replace(path: string, text: string): Promise<void> {
  await writeFile(`${path}.new`, text)
  await rename(`${path}.new`, path)
}

describe('watch()', { concurrency: 6 }, () => {
  it('hints at the plugin folder when a file in it, or in a folder of it, is written', async (t) => {
    const s = await scene(t)
    await stillHeard(s)
    assert.deepEqual(s.troubles, [])
  })

  it('hints at a folder that is dropped in, with what is written to it later', async (t) => {
    const s = await scene(t)
    const bar = join(s.root, 'bar')
    await s.expect('roots', () => mkdir(bar))
    await s.hint(bar)
    await s.quiet()
    await s.expect(bar, () => writeFile(join(bar, 'metadata.json'), '{}'))
  })

  it('hears a folder that is moved in, and no more of it once it is moved out', async (t) => {
    const s = await scene(t)
    const [outside, bar] = [join(s.base, 'outside'), join(s.root, 'bar')]
    await plugin(outside)
    await s.expect(bar, () => rename(outside, bar))
    await stillHeard(s, bar)
    await s.expect('roots', () => rename(bar, outside))
    await s.quiet()
    s.heard.length = 0
    await writeFile(join(outside, 'plugin.js'), '2')
    await s.quiet()
    assert.deepEqual(s.heard, [])
  })

  it('hears a folder copied in file by file, in all its folders', async (t) => {
    const s = await scene(t)
    const [outside, bar] = [join(s.base, 'outside'), join(s.root, 'bar')]
    await plugin(outside)
    for (let n = 0; n < 30; n += 1) {
      await mkdir(join(outside, `d${n}`, 'e', 'f'), { recursive: true })
      await writeFile(join(outside, `d${n}`, 'e', 'f', 'x.js'), '')
    }
    await s.expect(bar, () => cp(outside, bar, { recursive: true }))
    await s.follow(bar)
    for (let n = 0; n < 30; n += 7)
      await s.expect(bar, () => writeFile(join(bar, `d${n}`, 'e', 'f', 'x.js'), '2'))
  })

  it('goes on hearing a folder that was swapped by two renames', async (t) => {
    const s = await scene(t)
    for (let n = 0; n < 2; n += 1) {
      await plugin(join(s.root, 'foo.new'), `${n}`)
      await s.expect(s.foo, async () => {
        renameSync(s.foo, join(s.base, `away${n}`))
        renameSync(join(s.root, 'foo.new'), s.foo)
      })
      await stillHeard(s)
    }
  })

  it('goes on hearing a folder of a plugin that was swapped, or removed and made again', async (t) => {
    const s = await scene(t)
    const lib = join(s.foo, 'lib')
    // At one go, so that nobody can look in between.
    await s.expect(s.foo, async () => {
      mkdirSync(`${lib}.new`)
      renameSync(lib, `${lib}.old`)
      renameSync(`${lib}.new`, lib)
    })
    await stillHeard(s)
    await s.expect(s.foo, async () => {
      rmSync(lib, { recursive: true })
      mkdirSync(lib)
    })
    await stillHeard(s)
  })

  it('goes on hearing a folder that was removed and made again at once', async (t) => {
    const s = await scene(t)
    for (let n = 0; n < 3; n += 1) {
      await s.expect(s.foo, async () => {
        await rm(s.foo, { recursive: true })
        await plugin(s.foo, `${n}`)
      })
      await stillHeard(s)
    }
  })

  it('hears folders made several deep at once', async (t) => {
    const s = await scene(t)
    const deep = join(s.foo, 'a', 'b', 'c')
    await s.expect(s.foo, async () => {
      await mkdir(deep, { recursive: true })
      await writeFile(join(deep, 'x.js'), '1')
    })
    await s.follow(s.foo)
    await s.expect(s.foo, () => writeFile(join(deep, 'x.js'), '2'))
  })

  it('does not go where a link in a plugin folder leads to', async (t) => {
    const s = await scene(t)
    const outside = join(s.base, 'outside')
    await mkdir(outside)
    await s.expect(s.foo, () => symlink(outside, join(s.foo, 'link')))
    await s.quiet()
    s.heard.length = 0
    await writeFile(join(outside, 'x.js'), '1')
    await s.quiet()
    assert.deepEqual(s.heard, [])
  })

  it('hears each of five atomic saves, and a save in the way of vim', async (t) => {
    const s = await scene(t)
    const file = join(s.foo, 'plugin.js')
    for (let n = 0; n < 5; n += 1) {
      await s.expect(s.foo, () => replace(file, `${n}`))
      await s.quiet()
    }
    await s.expect(s.foo, async () => {
      await writeFile(join(s.foo, '4913'), '')
      await unlink(join(s.foo, '4913'))
      await rename(file, `${file}~`)
      await writeFile(file, 'vim')
      await unlink(`${file}~`)
    })
    await stillHeard(s)
  })

  it('hears the truncation and the write that follows', async (t) => {
    const s = await scene(t)
    const file = join(s.foo, 'plugin.js')
    await s.expect(s.foo, () => truncate(file))
    await s.quiet()
    await s.expect(s.foo, () => appendFile(file, 'x'))
  })

  it('hears a linked plugin folder at its target, also after it was led elsewhere', async (t) => {
    const s = await scene(t)
    const [one, two, link] = [join(s.base, 'one'), join(s.base, 'two'), join(s.root, 'linked')]
    await plugin(one)
    await plugin(two)
    await s.expect(link, () => symlink(one, link))
    await s.quiet()
    await s.expect(link, () => writeFile(join(one, 'plugin.js'), '2'))
    await s.quiet()
    await s.expect(link, async () => {
      await symlink(two, join(s.root, '.next'))
      await rename(join(s.root, '.next'), link)
    })
    await stillHeard(s, link)
    await s.quiet()
    s.heard.length = 0
    await writeFile(join(one, 'plugin.js'), '3')
    await s.quiet()
    assert.deepEqual(s.heard, [])
  })

  it('hears a link that is led elsewhere two links away from the plugins folder', async (t) => {
    const s = await scene(t, {
      prepare: async (base) => {
        await plugin(join(base, 'v1'))
        await plugin(join(base, 'v2'))
        await mkdir(join(base, 'plugins'))
        await symlink('v1', join(base, 'current'))
        await symlink(join(base, 'current'), join(base, 'plugins', 'foo'))
      },
    })
    await s.expect(s.foo, () => replaceLink(join(s.base, 'current'), 'v2'))
    await stillHeard(s)
  })

  it('hears the swap of ..data that Kubernetes makes, twice', async (t) => {
    const s = await scene(t, {
      prepare: async (base) => {
        const foo = join(base, 'plugins', 'foo')
        await mkdir(join(foo, '..1'), { recursive: true })
        await writeFile(join(foo, '..1', 'plugin.js'), '1')
        await symlink('..1', join(foo, '..data'))
        await symlink('..data/plugin.js', join(foo, 'plugin.js'))
        await mkdir(join(base, '..1'))
        await writeFile(join(base, '..1', 'plugins.config.json'), '{}')
        await symlink('..1', join(base, '..data'))
        await symlink('..data/plugins.config.json', join(base, 'plugins.config.json'))
      },
    })
    for (let n = 2; n < 4; n += 1) {
      await s.expect(s.foo, () => publish(s.foo, n, 'plugin.js'))
      await s.quiet()
      await s.expect('config', () => publish(s.base, n, 'plugins.config.json'))
      await s.quiet()
    }
  })

  it('hears a plugins folder that is made later, parents and all', async (t) => {
    const s = await scene(t, { prepare: async () => undefined, root: 'not/yet/plugins' })
    await s.expect('roots', () => plugin(s.foo))
    await stillHeard(s)
  })

  it('hears a plugins folder that was removed and made again', async (t) => {
    const s = await scene(t)
    await s.expect('roots', () => rm(s.root, { recursive: true }))
    await s.quiet()
    await s.expect('roots', () => plugin(s.foo))
    await stillHeard(s)
    await s.expect('roots', async () => {
      await rm(s.root, { recursive: true })
      await plugin(s.foo)
    })
    await stillHeard(s)
    const bar = join(s.root, 'bar')
    await s.expect(bar, () => mkdir(bar))
    await rm(s.foo, { recursive: true })
    await rm(bar, { recursive: true })
    await s.quiet()
    // Often the new folder gets the old one's inode number.
    await s.expect('roots', async () => {
      rmSync(s.root, { recursive: true })
      mkdirSync(s.root)
    })
    await s.quiet()
    await s.expect(s.foo, () => plugin(s.foo))
  })

  it('hears a plugins folder that was renamed away and back, or replaced by another', async (t) => {
    const s = await scene(t)
    await s.expect('roots', () => rename(s.root, `${s.root}.away`))
    await s.quiet()
    await s.expect('roots', () => rename(`${s.root}.away`, s.root))
    await stillHeard(s)
    await plugin(join(s.base, 'other', 'foo'))
    await s.expect('roots', async () => {
      await rename(s.root, `${s.root}.away`)
      await rename(join(s.base, 'other'), s.root)
    })
    await stillHeard(s)
  })

  it('hears a plugins folder that is a link led elsewhere', async (t) => {
    const s = await scene(t, {
      prepare: async (base) => {
        await plugin(join(base, 'v1', 'foo'))
        await plugin(join(base, 'v2', 'foo'))
        await symlink('v1', join(base, 'plugins'))
      },
    })
    await stillHeard(s)
    await s.expect('roots', () => replaceLink(s.root, 'v2'))
    await s.hint(s.foo)
    await stillHeard(s)
  })

  it('hears the config file, however it is saved, removed, replaced and made again', async (t) => {
    const s = await scene(t)
    await s.expect('config', () => writeFile(s.config, '{ }'))
    for (let n = 0; n < 3; n += 1) {
      await s.quiet()
      await s.expect('config', () => replace(s.config, `[${n}]`))
      await s.quiet()
      await s.expect('config', () => writeFile(s.config, `{"${n}":0}`))
    }
    await s.quiet()
    await s.expect('config', () => unlink(s.config))
    await s.quiet()
    await s.expect('config', () => writeFile(s.config, '{}'))
    await s.quiet()
    await s.expect('config', () => rename(s.config, `${s.config}~`).then(() => writeFile(s.config, 'vim')))
    await s.quiet()
    await s.expect('config', () => appendFile(s.config, ' '))
    await s.quiet()
    await s.expect('config', async () => {
      rmSync(s.config)
      writeFileSync(s.config, '[3]')
    })
    await s.quiet()
    await s.expect('config', () => appendFile(s.config, ' '))
    await s.quiet()
    s.heard.length = 0
    await writeFile(join(s.base, 'another.json'), '{}')
    await s.quiet()
    assert.deepEqual(s.heard, [])
  })

  it('hears a config file that is replaced while another process holds the old one open', async (t) => {
    const s = await scene(t)
    const { open } = await import('node:fs/promises')
    const held = await open(s.config)
    t.after(() => held.close())
    await s.expect('config', () => replace(s.config, '[1]'))
    await s.quiet()
    await s.expect('config', () => writeFile(s.config, '[2]'))
  })

  it('hears a config file in a folder that is made later', async (t) => {
    const s = await scene(t, { config: 'etc/app/plugins.config.json', prepare: async () => undefined })
    await s.expect('config', async () => {
      await mkdir(join(s.base, 'etc/app'), { recursive: true })
      await writeFile(s.config, '{}')
    })
    await s.quiet()
    await s.expect('config', () => writeFile(s.config, '[]'))
  })

  it('says nothing of node_modules, .git, dot names and temporary files', async (t) => {
    const s = await scene(t, {
      prepare: async (base) => {
        await plugin(join(base, 'plugins', 'foo'))
        for (const name of ['node_modules/x', '.git', '.cache'])
          await mkdir(join(base, 'plugins', 'foo', name), { recursive: true })
      },
    })
    s.heard.length = 0
    for (const name of [
      'node_modules/x/index.js',
      '.git/index.lock',
      '.cache/x',
      '.env',
      'plugin.js~',
      '.plugin.js.swp',
      '4913',
      '#plugin.js#',
      '.#plugin.js',
      'sedAb12Cd',
      '.plugin.js.Ab12Cd',
      'plugin.js___jb_tmp___',
      'x.tmp',
    ])
      await writeFile(join(s.foo, name), '')
    for (const name of ['foo.bak', 'foo~', '_foo', '.foo']) await mkdir(join(s.root, name))
    await writeFile(join(s.root, 'foo.bak', 'x'), '')
    await s.quiet()
    assert.deepEqual(s.heard, [])
    await stillHeard(s)
  })

  it('says nothing when files are only read', async (t) => {
    const s = await scene(t)
    s.heard.length = 0
    for (const entry of await readdir(s.foo, { recursive: true, withFileTypes: true }))
      if (entry.isFile()) await readFile(join(entry.parentPath, entry.name))
    await readFile(s.config)
    await readdir(s.root)
    await s.quiet()
    assert.deepEqual(s.heard, [])
    await s.expect(s.foo, () => chmod(join(s.foo, 'plugin.js'), 0o600))
  })

  it('watches a folder elsewhere from when it is followed until it is forgotten', async (t) => {
    const s = await scene(t)
    const elsewhere = join(s.base, 'elsewhere')
    await plugin(elsewhere)
    const facts = readFolder(disk, elsewhere, Date.now())
    assert.ok(facts)
    await s.expect(elsewhere, async () => {
      s.watcher.follow(facts)
    })
    await stillHeard(s, elsewhere)
    await s.expect(elsewhere, () => rm(elsewhere, { recursive: true }))
    await s.quiet()
    await s.expect(elsewhere, () => plugin(elsewhere))
    await stillHeard(s, elsewhere)
    s.watcher.forget(elsewhere)
    await s.quiet()
    s.heard.length = 0
    await writeFile(join(elsewhere, 'plugin.js'), '9')
    await s.quiet()
    assert.deepEqual(s.heard, [])
  })

  it('goes on listening to a forgotten folder that is still there, also one that was forgotten before it was ready', async (t) => {
    const base = temporary(t)
    const root = join(base, 'plugins')
    const foo = join(root, 'foo')
    await plugin(foo)
    const heard = new EventEmitter()
    const ready = once(heard, 'ready')
    const watcher = watch({
      directories: [root],
      config: undefined,
      usePolling: false,
      hints: {
        folder: (directory) => heard.emit(directory),
        roots: () => undefined,
        config: () => undefined,
        trouble: ({ message }) => assert.fail(message),
        ready: () => heard.emit('ready'),
      },
    })
    t.after(() => watcher.close())
    watcher.forget(foo)
    await ready
    for (const text of ['2', '3']) {
      const hint = once(heard, foo, { signal: AbortSignal.timeout(5000) })
      await writeFile(join(foo, 'plugin.js'), text)
      await hint
      watcher.forget(foo)
    }
  })

  it('listens anew to a folder when it is told to, or told that the folder is another one', async (t) => {
    const s = await scene(t)
    const facts = readFolder(disk, s.foo, Date.now())
    assert.ok(facts)
    s.watcher.follow(facts)
    await s.quiet()
    await s.expect(s.foo, async () => {
      s.watcher.rearm(s.foo)
    })
    await stillHeard(s)
    await s.expect(s.foo, async () => {
      s.watcher.follow({ ...facts, folders: new Map([...facts.folders, ['lib', '0:0']]) })
    })
    await s.expect(s.foo, async () => {
      s.watcher.follow(facts)
    })
    await stillHeard(s)
    await s.expect('roots', async () => {
      s.watcher.rearm(s.root)
    })
    await stillHeard(s)
    await s.expect('config', async () => {
      s.watcher.rearm(s.config)
    })
    await s.quiet()
    s.heard.length = 0
    s.watcher.follow({ ...facts, folders: new Map(facts.folders) })
    await s.quiet()
    assert.deepEqual(s.heard, [])
  })

  it('gives the same hints when it polls', async (t) => {
    const s = await scene(t, { usePolling: true })
    await s.expect(s.foo, () => writeFile(join(s.foo, 'plugin.js'), 'polled'))
    await s.quiet()
    await s.expect(s.foo, () => writeFile(join(s.foo, 'lib', 'b.js'), 'new'))
    await s.quiet()
    await s.expect('config', () => writeFile(s.config, '[ ]'))
    const bar = join(s.root, 'bar')
    await s.expect('roots', () => plugin(bar))
    await s.hint(bar)
    await s.follow(bar)
    await s.expect(bar, () => writeFile(join(bar, 'plugin.js'), 'polled, too'))
    await s.expect('roots', async () => {
      await rm(s.root, { recursive: true })
      await plugin(s.foo, 'again')
    })
    await s.follow(s.foo)
    await s.expect(s.foo, () => writeFile(join(s.foo, 'lib', 'a.js'), 'polled again'))
  })
})

describe('watch(), as a process', { concurrency: 2 }, () => {
  it(
    'takes one inotify watch for each folder, and leaves none',
    { skip: process.platform !== 'linux' },
    async (t) => {
      const base = temporary(t)
      const plugins = join(base, 'plugins')
      for (let n = 0; n < 50; n += 1) await plugin(join(plugins, `p${n}`))
      await mkdir(join(plugins, 'p0', 'node_modules', 'x'), { recursive: true })
      const config = join(base, 'plugins.config.json')
      await writeFile(config, '{}')
      const lines = await child({ directories: [plugins], config, closeAfter: 'ready' })
      const end = lines.find((line) => line['closed'])
      assert.equal(end?.['watches'], 1 + 50 * 2 + 1)
      assert.equal(end?.['left'], 0)
      assert.equal(end?.['timers'], 0)
    },
  )

  it('ends at once when it is closed before it is ready, at any moment', async (t) => {
    const base = temporary(t)
    for (let n = 0; n < 150; n += 1) await plugin(join(base, `p${n}`))
    for (const closeAfter of ['immediate', 1, 5, 20, 40, 60] as const) {
      const lines = await child({ directories: [base], closeAfter })
      const end = lines.find((line) => line['closed'])
      assert.equal(end?.['left'], 0)
      assert.equal(end?.['timers'], 0)
    }
  })

  const namespaces = spawnSync(NAMESPACE[0], [NAMESPACE[1], 'true']).status === 0
  for (const [code, limit, remedy] of [
    ['ENOSPC', 'echo 40 > /proc/sys/user/max_inotify_watches', 'max_user_watches=524288'],
    ['EMFILE', 'echo 0 > /proc/sys/user/max_inotify_instances', 'max_user_instances'],
  ] as const)
    it(`says ${code} once, with the remedy, and lives on`, { skip: !namespaces }, async (t) => {
      const base = temporary(t)
      for (let n = 0; n < 60; n += 1) await plugin(join(base, `p${n}`))
      const lines = await child({ directories: [base], closeAfter: 'ready' }, limit)
      const troubles = lines.flatMap((line) => (line['trouble'] ? [line['trouble'] as Problem] : []))
      assert.equal(troubles.length, 1)
      assert.equal(troubles[0]?.code, 'ERR_PLUGIN_WATCH')
      assert.equal(troubles[0]?.severity, 'warning')
      assert.match(troubles[0]?.message ?? '', new RegExp(code))
      assert.match(troubles[0]?.hint ?? '', new RegExp(`${remedy}.*usePolling`))
      assert.equal(lines.at(-1)?.['left'], 0)
    })
})

async function publish(folder: string, version: number, file: string): Promise<void> {
  await mkdir(join(folder, `..${version}`))
  await writeFile(join(folder, `..${version}`, file), `${version}`)
  await symlink(`..${version}`, join(folder, '..data_tmp'))
  await rename(join(folder, '..data_tmp'), join(folder, '..data'))
  await rm(join(folder, `..${version - 1}`), { recursive: true })
}

async function replaceLink(path: string, target: string): Promise<void> {
  await symlink(target, `${path}.next`)
  await rename(`${path}.next`, path)
}

/** Runs the child to its own end, and fails when that takes longer than the work can. */
async function child(options: object, before?: string): Promise<Record<string, unknown>[]> {
  const script = fileURLToPath(new URL('./watch.child.js', import.meta.url))
  const node = [process.execPath, script, JSON.stringify(options)]
  const [command, ...rest] = before
    ? [...NAMESPACE, 'sh', '-c', `${before} && exec "$@"`, 'sh', ...node]
    : node
  const text = await new Promise<string>((done, fail) => {
    execFile(command ?? '', rest, { timeout: 20_000 }, (error, stdout, stderr) => {
      if (error || stderr !== '') fail(new Error(`the child failed: ${stderr}`, { cause: error }))
      else done(stdout)
    })
  })
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>)
}
