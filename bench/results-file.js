import { readFileSync, writeFileSync } from 'node:fs'

const FILE = new URL('RESULTS.md', import.meta.url)
const PARTS = ['floor', 'peers']

/** Writes one part of RESULTS.md, and leaves what the other command wrote. */
export function writePart(part, text) {
  const before = read()
  const parts = PARTS.map((name) => {
    const content = name === part ? text : between(before, name)
    return content === '' ? '' : `${marks(name)[0]}\n\n${content}\n\n${marks(name)[1]}\n`
  })
  writeFileSync(FILE, parts.filter((one) => one !== '').join('\n'))
}

/** What stands between the marks of a part. */
export function between(text, name) {
  const [open, close] = marks(name)
  const from = text.indexOf(open)
  const to = text.indexOf(close)
  return from === -1 || to === -1 ? '' : text.slice(from + open.length, to).trim()
}

export function marks(name) {
  return [`<!-- ${name} -->`, `<!-- /${name} -->`]
}

function read() {
  try {
    return readFileSync(FILE, 'utf8')
  } catch {
    return ''
  }
}
