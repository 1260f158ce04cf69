import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/**
 * Runs a file of this folder in a process of its own and gives the JSON that it prints last. Measurements must not
 * share a heap.
 */
export async function runChild(file, input, nodeOptions = []) {
  const path = fileURLToPath(new URL(file, import.meta.url))
  const child = spawn(process.execPath, [...nodeOptions, path, JSON.stringify(input)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_OPTIONS: '', NODE_COMPILE_CACHE: '' },
  })
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (chunk) => (text += chunk))
  const end = await new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => resolve(signal ?? code))
  })
  if (end !== 0) throw new Error(`${file} ${JSON.stringify(input)} ended with ${end}`)
  return JSON.parse(text.trim().split('\n').at(-1))
}

/** In the child: what it was asked. */
export function input() {
  return JSON.parse(process.argv[2])
}

/** In the child: answers, and ends. */
export function answer(value) {
  process.stdout.write(`${JSON.stringify(value)}\n`, () => process.exit(0))
}
