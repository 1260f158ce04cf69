import type { Note } from './plugin.ts'

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Notes as list items, escaped. */
export function listed(notes: Note[]): string {
  return notes.map(({ id, text }) => `<li id="${escaped(id)}">${escaped(text)}</li>`).join('\n')
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (found) => ENTITIES[found] ?? found)
}
