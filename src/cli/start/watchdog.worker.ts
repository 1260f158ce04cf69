// Run by watchdog.ts in a thread: sees whether the event loop of the process turns, and says what it does if not.
import { writeSync } from 'node:fs'
import { Session } from 'node:inspector'
import type { Debugger } from 'node:inspector'
import { SourceMap } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { workerData } from 'node:worker_threads'
import { printable } from '../terminal/terminal.ts'
import type { WatchdogOrder } from './watchdog.ts'

/** Where some code is. */
interface Place {
  readonly file: string
  readonly line: number
  readonly column: number
}

const { beats, beat, patience, folders, from } = workerData as WatchdogOrder
/** The last beat that was heard, and how often it was listened for in vain. Not by a clock: the machine may sleep. */
let last = -1
let missed = 0
let told = false

setInterval(() => {
  const now = Atomics.load(beats, 0)
  if (now !== last) {
    if (told) say(`The event loop goes on after ${seconds()} s.`)
    last = now
    missed = 0
    told = false
    return
  }
  missed += 1
  const isDebugged = Atomics.load(beats, 1) === 1
  if (told || missed * beat < patience || isDebugged) return
  told = true
  look()
}, beat)

/** Stops the other thread for a moment, wherever it is, and tells where that was. */
function look(): void {
  const session = new Session()
  const scripts = new Map<string, Debugger.ScriptParsedEventDataType>()
  const outside = setTimeout(() => {
    say(`The event loop is held up for ${seconds()} s, by a call that is not JavaScript. ${NOBODY}`)
  }, 1000)
  session.connectToMainThread()
  session.on('Debugger.scriptParsed', ({ params }) => void scripts.set(params.scriptId, params))
  session.on('Debugger.paused', ({ params }) => {
    clearTimeout(outside)
    const isOver = Atomics.load(beats, 0) !== last
    if (!isOver)
      say(
        `The event loop is held up for ${seconds()} s, by ${culprit(params.callFrames, scripts)}. ${NOBODY}`,
      )
    session.post('Debugger.resume')
    session.post('Debugger.disable', () => session.disconnect())
  })
  session.post('Debugger.enable')
  session.post('Debugger.pause')
}

const NOBODY = 'Nothing else is answered meanwhile.'

/** The innermost frame that is a plugin's, else the innermost of all. */
function culprit(
  frames: readonly Debugger.CallFrame[],
  scripts: ReadonlyMap<string, Debugger.ScriptParsedEventDataType>,
): string {
  const places = frames.map(({ location, functionName }) => {
    const script = scripts.get(location.scriptId)
    return { place: script && placeOf(script, location), functionName }
  })
  const isPlugins = ({ file }: Place): boolean => folders.some((folder) => file.startsWith(folder + path.sep))
  const found = places.find(({ place }) => place && isPlugins(place)) ?? places.find(({ place }) => place)
  if (!found?.place) return 'code without a file'
  const { file, line, column } = found.place
  const near = path.relative(from, file)
  const shown = near.startsWith('..') ? file : near
  return printable(`${shown}:${line}:${column}${found.functionName === '' ? '' : ` (${found.functionName})`}`)
}

function placeOf(
  { url, sourceMapURL = '' }: Debugger.ScriptParsedEventDataType,
  { lineNumber, columnNumber = 0 }: Debugger.Location,
): Place | undefined {
  const [, encoded] = /^data:application\/json;base64,(.*)$/.exec(sourceMapURL) ?? []
  if (encoded !== undefined) {
    const map = new SourceMap(JSON.parse(Buffer.from(encoded, 'base64').toString()))
    const entry = map.findEntry(lineNumber, columnNumber)
    if ('originalSource' in entry)
      return {
        file: pathOf(entry.originalSource),
        line: entry.originalLine + 1,
        column: entry.originalColumn + 1,
      }
  }
  if (url === '' || url.startsWith('node:')) return undefined
  return { file: pathOf(url), line: lineNumber + 1, column: columnNumber + 1 }
}

function pathOf(url: string): string {
  return url.startsWith('file:') ? fileURLToPath(url) : url
}

function seconds(): string {
  return ((missed * beat) / 1000).toFixed(0)
}

/** Not by process.stderr, which goes by the thread that is held up. */
function say(text: string): void {
  writeSync(2, `${text}\n`)
}
