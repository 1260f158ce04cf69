import { nearest } from './nearest.ts'

/** Each suggestion compares the word with every name; with more unknown words than this something else is wrong. */
const MOST = 20

/** Text to append to "x is not there": the nearest of `names`, for the first few words that are asked about. */
export function suggestions(names: Iterable<string>): (word: string) => string {
  const known = new Map<string, string>()
  let sorted: string[] | undefined
  return (word) => {
    let text = known.get(word)
    if (text === undefined) {
      if (known.size >= MOST) return ''
      sorted ??= [...names].sort()
      const near = nearest(word, sorted)
      text = near === undefined ? '' : `; the nearest name is ${near}`
      known.set(word, text)
    }
    return text
  }
}
