import { createInterface } from 'node:readline/promises'
import { Refusal } from './refusal.ts'

/** Asks whoever sits at the terminal, on stderr: stdout is for results. */
export interface Asker {
  /**
   * Asks until the answer will do.
   * @param flaw what is wrong with an answer; `undefined` if nothing is
   * @throws Refusal if it was broken off (Ctrl-C, Ctrl-D)
   */
  ask(question: string, flaw: (answer: string) => string | undefined): Promise<string>
  close(): void
}

/** `undefined` where nobody sits at a terminal. */
export function asker(): Asker | undefined {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return undefined
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  const gone = new AbortController()
  // Node 20.19 leaves a question open for ever when whoever is asked goes away.
  lines.once('close', () => gone.abort())
  return {
    async ask(question, flaw) {
      for (;;) {
        let answer: string
        try {
          answer = (await lines.question(`${question} `, { signal: gone.signal })).trim()
        } catch {
          process.stderr.write('\n')
          throw new Refusal('Nothing was made.', 130)
        }
        const wrong = flaw(answer)
        if (wrong === undefined) return answer
        process.stderr.write(`${wrong}\n`)
      }
    },
    close: () => lines.close(),
  }
}
