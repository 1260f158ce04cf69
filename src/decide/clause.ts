/** A message as part of a longer sentence: its first line, without the full stop. */
export function clause(message: string): string {
  return message
    .trim()
    .replace(/\s*\n[^]*$/, '')
    .replace(/\.$/, '')
}
