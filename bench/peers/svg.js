/** Readable on light and on dark paper: the text takes the colour that fits, bars stand out on either. */
const STYLE = `<style>
text{font:12px system-ui,sans-serif;fill:#1f2328}
.title{font-weight:600;font-size:14px}
.small{font-size:11px;fill:#59636e}
.ours{fill:#0969da}.other{fill:#9aa4af}
.good{fill:#1a7f37}.bad{fill:#cf222e}.even{fill:#7d8590}
.line{stroke:#d1d9e0}.range{stroke:#59636e}
@media (prefers-color-scheme:dark){
text{fill:#f0f6fc}.small{fill:#9198a1}
.ours{fill:#4493f8}.other{fill:#6e7681}
.good{fill:#3fb950}.bad{fill:#f85149}
.line{stroke:#30363d}.range{stroke:#b1bac4}}
</style>`

const WIDTH = 800
const LABELS = 230
const WORD_LABELS = 150
const RIGHT = 110
const TOP = 52

/**
 * Horizontal bars on a logarithmic scale, with the least and the greatest as a thin line. `groups`: `{ label, ours,
 * bars }`, a bar being `{ value, min, max, text }` or `{ word }`. `least`: what the scale begins with at most; what is
 * below is drawn without a bar.
 */
export function barChart({ title, note, groups, least = Infinity }) {
  const bars = groups.flatMap((group) => group.bars).filter(({ value }) => value !== undefined)
  const positive = bars
    .flatMap(({ value, min = value, max = value }) => [value, min, max])
    .filter((one) => one > 0)
  const from = 10 ** Math.floor(Math.log10(Math.min(least, ...positive)))
  const to = 10 ** Math.ceil(Math.log10(Math.max(from * 10, ...positive)))
  const span = WIDTH - LABELS - RIGHT
  const x = (value) => LABELS + (span * Math.log10(Math.max(value, from) / from)) / Math.log10(to / from)
  const parts = []
  let y = TOP
  const rows = []
  for (const { label, ours, bars: own } of groups) {
    const height = own.length * 13
    rows.push(`<text x="${LABELS - 8}" y="${y + height / 2 + 4}" text-anchor="end">${escaped(label)}</text>`)
    for (const { value, min, max, text, word } of own) {
      if (word === undefined) {
        const width = Math.max(x(value) - LABELS, 0)
        rows.push(
          `<rect class="${ours ? 'ours' : 'other'}" x="${LABELS}" y="${y + 1}" width="${width.toFixed(1)}" height="11" rx="1.5"/>`,
        )
        const end = Math.max(x(value), max > 0 ? x(max) : LABELS)
        if (max > 0 && max > min) {
          rows.push(`<path class="range" d="M${x(min).toFixed(1)} ${y + 6.5}H${x(max).toFixed(1)}"/>`)
        }
        rows.push(`<text class="small" x="${(end + 5).toFixed(1)}" y="${y + 10}">${escaped(text)}</text>`)
      } else rows.push(`<text class="small" x="${LABELS + 5}" y="${y + 10}">${escaped(word)}</text>`)
      y += 13
    }
    y += 7
  }
  for (let tick = from; tick <= to * 1.001; tick *= 10) {
    parts.push(
      `<path class="line" d="M${x(tick).toFixed(1)} ${TOP - 6}V${y}"/>`,
      `<text class="small" x="${x(tick).toFixed(1)}" y="${TOP - 10}" text-anchor="middle">${tick.toLocaleString('en')}</text>`,
    )
  }
  return drawn(title, note, y + 4, [...parts, ...rows])
}

/** A table of words, each with a mark: good, bad or neither. `lines`: `{ label, ours, cells: [{ word, good }] }`. */
export function wordChart({ title, note, head, lines }) {
  const width = (WIDTH - WORD_LABELS) / head.length
  const parts = head.map(
    (text, at) =>
      `<text class="small" x="${(WORD_LABELS + at * width).toFixed(1)}" y="${TOP - 10}">${escaped(text)}</text>`,
  )
  let y = TOP
  for (const { label, cells } of lines) {
    parts.push(
      `<path class="line" d="M0 ${y - 2}H${WIDTH}"/>`,
      `<text x="${WORD_LABELS - 8}" y="${y + 13}" text-anchor="end">${escaped(label)}</text>`,
    )
    for (const [at, { word, good }] of cells.entries()) {
      const left = WORD_LABELS + at * width
      if (word !== '') {
        const kind = good === undefined ? 'even' : good ? 'good' : 'bad'
        parts.push(`<circle class="${kind}" cx="${(left + 4).toFixed(1)}" cy="${y + 9}" r="4"/>`)
      }
      const room = Math.floor((width - 14) / 5.6)
      parts.push(
        ...wrapped(word, room).map(
          (text, line, { length }) =>
            `<text class="small" x="${(left + 12).toFixed(1)}" y="${y + 13 + (length > 1 ? line * 11 - 5 : 0)}">${escaped(text)}</text>`,
        ),
      )
    }
    y += 24
  }
  return drawn(title, note, y + 2, parts)
}

function drawn(title, note, height, parts) {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="${escaped(title)}">
${STYLE}
<text class="title" x="0" y="16">${escaped(title)}</text>
<text class="small" x="${WIDTH}" y="16" text-anchor="end">${escaped(note)}</text>
${parts.join('\n')}
</svg>
`
}

/** At most two lines. */
function wrapped(text, room) {
  if (text.length <= room) return [text]
  const at = text.lastIndexOf(' ', room)
  if (at <= 0) return [text]
  return [text.slice(0, at), text.slice(at + 1)]
}

function escaped(text) {
  return String(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}
