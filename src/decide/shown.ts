/** C0 and C1 controls, and what changes the direction of a text: they could repaint a terminal. */
// oxlint-disable-next-line no-control-regex
const controls = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g

const LONGEST = 60

/** A foreign string in quotes, safe for a terminal: escaped, and cut after 60 characters. */
export function shown(text: string): string {
  const cut = text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text
  return JSON.stringify(cut).replace(controls, escaped)
}

/** Free text without its control characters; line breaks and tabs become spaces. */
export function plain(text: string): string {
  return text.replace(/[\t\r\n]+/g, ' ').replace(controls, '')
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}
