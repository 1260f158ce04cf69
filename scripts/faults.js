// Writes docs/faults.md from the names of the tests and from test/faults/apart/*.json. Runs no test.
// A test's name that begins with a number is a line of it: 'F15 folder swap by two renames: the new version runs'.
// usage: node scripts/faults.js [--check]
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const page = join(root, 'docs', 'faults.md')

/** The letters in their order, with the highest number of each. */
const SECTIONS = [
  { letter: 'F', last: 32, title: 'Files and folders' },
  { letter: 'M', last: 29, title: '`metadata.json`' },
  { letter: 'G', last: 14, title: 'Dependencies' },
  { letter: 'P', last: 30, title: 'The code of plugins' },
  { letter: 'C', last: 14, title: 'Things that happen at once' },
  { letter: 'K', last: 15, title: 'Configuration' },
  { letter: 'R', last: 13, title: 'Resources' },
  { letter: 'H', last: 25, title: 'HTTP' },
  { letter: 'X', last: 6, title: 'The command line' },
]
/** Of these letters every number must be there. */
const COMPLETE = 'FMGPCKRHX'

const INTRODUCTION = `# Faults, and what plugbay does then

A plugin manager that reloads a running process can be hurt in many ways: by editors and copy programs, by a kernel that drops events, by plugins that hang or throw, by two changes at once, by a full disk. Each line below is one such way, and what plugbay does when it happens. It is not a promise but a result: every line is the name of a test that brings the fault about and fails if plugbay does anything else. They run with the others (\`npm cit\`), with real files, real processes and the real watcher, on every supported version of Node.js.

Where a fault takes limits of the kernel, a full disk or another user, it is brought about in namespaces of its own. A kernel that refuses those leaves that test out, and the run says so and why.

What the catalogue of faults asks for and plugbay does not do stands at the end of each section, with the reason.

This page is made of the names of the tests by \`npm run faults\`.
`

const LITERAL = /(['"`])([A-Z])(\d{1,2}) ((?:\\.|(?!\1)[^\\\n])+)\1/g

/** @returns one entry for each name, in the order of the files */
function namedFaults() {
  const found = []
  const files = readdirSync(join(root, 'test'), { recursive: true }).map(String)
  for (const file of files.filter((name) => name.endsWith('.test.ts')).sort()) {
    const text = readFileSync(join(root, 'test', file), 'utf8')
    for (const [, , letter, digits, rest] of text.matchAll(LITERAL)) {
      if (!SECTIONS.some((section) => section.letter === letter)) continue
      // What differs among several tests of one name stands in brackets.
      const name = rest.replaceAll(/\\(.)/g, '$1').replaceAll(/ \((?=[^)]*\$\{)(?:\$\{[^}]*\}|[^()])*\)/g, '')
      const colon = name.indexOf(': ')
      found.push({
        letter,
        number: Number(digits),
        name: `${letter}${digits} ${name}`,
        fault: name.slice(0, Math.max(colon, 0)),
        answer: colon < 0 ? '' : name.slice(colon + 2),
        file: ['test', ...file.split(sep)].join('/'),
      })
    }
  }
  return found
}

/** @returns for each number that does not apply, why */
function apartFaults() {
  const folder = join(root, 'test', 'faults', 'apart')
  const found = new Map()
  for (const file of readdirSync(folder).sort()) {
    for (const [number, why] of Object.entries(JSON.parse(readFileSync(join(folder, file), 'utf8')))) {
      found.set(number, { why, file: `test/faults/apart/${file}` })
    }
  }
  return found
}

function mistakes(named, apart) {
  const wrong = []
  const known = new Set()
  for (const { letter, number, name, fault, answer, file } of named) {
    const last = SECTIONS.find((section) => section.letter === letter).last
    known.add(`${letter}${number}`)
    if (number < 1 || number > last) wrong.push(`${file}: there is no ${letter}${number}: ${name}`)
    if (fault === '' || answer === '')
      wrong.push(`${file}: a colon and what plugbay does is missing: ${name}`)
    if (name.includes('${')) wrong.push(`${file}: a value stands in a name other than in brackets: ${name}`)
    if (apart.has(`${letter}${number}`))
      wrong.push(
        `${file}: ${letter}${number} is said not to apply in ${apart.get(`${letter}${number}`).file}`,
      )
  }
  for (const [number, { file }] of apart) {
    if (!file.endsWith(`/${number[0].toLowerCase()}.json`)) wrong.push(`${file}: ${number} belongs elsewhere`)
  }
  for (const { letter, last } of SECTIONS) {
    if (!COMPLETE.includes(letter)) continue
    for (let number = 1; number <= last; number += 1) {
      const id = `${letter}${number}`
      if (!known.has(id) && !apart.has(id)) wrong.push(`${id} has neither a test nor a reason`)
    }
  }
  return wrong
}

const cell = (text) => text.replaceAll(/[|_*]/g, '\\$&').replaceAll('<', '&lt;')
/** With a capital, unless it begins with a name: start(), metadata.json. */
const capital = (text) => text.replace(/^[a-z](?=[a-z]*[ ,])/, (first) => first.toUpperCase())
const sentence = (text) => capital(/[.!?]$/.test(text) ? text : `${text}.`)
const link = (file) =>
  `[${file.replace(/^test\//, '')}](${relative(join(root, 'docs'), join(root, file)).split(sep).join('/')})`

function section({ letter, last, title }, named, apart) {
  const rows = []
  const reasons = []
  for (let number = 1; number <= last; number += 1) {
    const id = `${letter}${number}`
    let before = { id: '', fault: '' }
    const seen = new Set()
    for (const { fault, answer, file } of named.filter(
      (one) => one.letter === letter && one.number === number,
    )) {
      const key = `${fault}: ${answer} ${file}`
      if (seen.has(key)) continue
      seen.add(key)
      const first = [before.id === id ? '' : id, before.fault === fault ? '' : capital(fault)].map(cell)
      rows.push(`| ${[...first, cell(sentence(answer)), link(file)].join(' | ')} |`)
      before = { id, fault }
    }
    if (apart.has(id)) reasons.push(`- **${id}** ${cell(sentence(apart.get(id).why))}`)
  }
  if (rows.length + reasons.length === 0) return ''
  const table = ['|     | fault | what plugbay does | test |', '| --- | --- | --- | --- |', ...rows].join(
    '\n',
  )
  const list = reasons.length === 0 ? '' : `\nWhat does not apply, and why:\n\n${reasons.join('\n')}\n`
  return `\n## ${title}\n\n${table}\n${list}`
}

const named = namedFaults()
const apart = apartFaults()
const text = `${INTRODUCTION}${SECTIONS.map((one) => section(one, named, apart)).join('')}`
const wrong = mistakes(named, apart)

if (process.argv.includes('--check')) {
  if (readFileSync(page, 'utf8') !== text)
    wrong.push('docs/faults.md is not as the tests are named: npm run faults')
} else {
  writeFileSync(page, text)
}
if (wrong.length > 0) {
  process.stderr.write(`${wrong.join('\n')}\n`)
  process.exitCode = 1
}
