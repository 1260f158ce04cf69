/** So many that all plugins of an application find room, and so few that the memory is not worth a thought. */
const MOST = 4096

/** Makes a pure function of a string answer from memory what it was asked before. Forgets all when it knows too much. */
export function remembering<T>(ask: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>()
  return (text) => {
    if (known.has(text)) return known.get(text) as T
    if (known.size >= MOST) known.clear()
    const answer = ask(text)
    known.set(text, answer)
    return answer
  }
}
