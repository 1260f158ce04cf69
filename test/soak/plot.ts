/** One line of a plot. */
interface Series {
  readonly name: string
  readonly points: readonly (readonly [x: number, y: number])[]
}

export interface PlotOptions {
  readonly title: string
  /** What a number of the upright axis is. */
  readonly unit: string
  /** What a number of the level axis is. */
  readonly along: string
  /** The upright axis goes in powers of ten, for what spreads widely. Default false. */
  readonly logarithmic?: boolean
  readonly series: readonly Series[]
}

const WIDTH = 860
const HEIGHT = 280
const LEFT = 58
const RIGHT = 110
const TOP = 34
const BOTTOM = 40
/** Lines of different lightness as well as hue, so that they differ in print and to every eye. */
const STYLE = `
  text { font: 12px system-ui, sans-serif; fill: #24292f }
  .title { font-weight: 600; font-size: 13px }
  .grid { stroke: #d0d7de }
  path { fill: none; stroke-width: 1.5 }
  .s0 { stroke: #0550ae } .s1 { stroke: #bc4c00 } .s2 { stroke: #8250df }
  text.s0 { fill: #0550ae; stroke: none } text.s1 { fill: #bc4c00; stroke: none } text.s2 { fill: #8250df; stroke: none }
  .back { fill: #ffffff }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 }
    .grid { stroke: #3d444d }
    .s0 { stroke: #79c0ff } .s1 { stroke: #ffa657 } .s2 { stroke: #d2a8ff }
    text.s0 { fill: #79c0ff } text.s1 { fill: #ffa657 } text.s2 { fill: #d2a8ff }
    .back { fill: #0d1117 }
  }`

/** Draws lines over a common axis, as an SVG that follows the reader's light or dark scheme. */
export function plot({ title, unit, along, logarithmic = false, series }: PlotOptions): string {
  const points = series.flatMap((each) => each.points)
  const last = Math.max(1, ...points.map(([x]) => x))
  const highest = Math.max(1, ...points.map(([, y]) => y))
  const ticks = logarithmic ? powers(Math.min(...points.map(([, y]) => y)), highest) : steps(0, highest)
  const [low, high] = [ticks[0]!, ticks.at(-1)!]
  const scale = (y: number): number => (logarithmic ? Math.log10(Math.max(y, low)) : y)
  const across = (x: number): number => LEFT + (x / last) * (WIDTH - LEFT - RIGHT)
  const up = (y: number): number =>
    HEIGHT - BOTTOM - ((scale(y) - scale(low)) / (scale(high) - scale(low))) * (HEIGHT - TOP - BOTTOM)

  const rows = ticks.map(
    (y) =>
      `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${round(up(y))}" y2="${round(up(y))}"/>` +
      `<text x="${LEFT - 8}" y="${round(up(y) + 4)}" text-anchor="end">${y}</text>`,
  )
  const columns = steps(0, last)
    .filter((x) => x <= last)
    .map((x) => `<text x="${round(across(x))}" y="${HEIGHT - BOTTOM + 18}" text-anchor="middle">${x}</text>`)
  const lines = series.map(({ points: own }, at) => {
    const path = own.map(([x, y]) => `${round(across(x))} ${round(up(y))}`).join('L')
    return `<path class="s${at}" d="M${path}"/>`
  })
  const ends = apart(series.map(({ points: own }) => up(own.at(-1)?.[1] ?? low)))
  const names = series.map(
    ({ name }, at) =>
      `<text class="s${at}" x="${WIDTH - RIGHT + 8}" y="${round(ends[at]! + 4)}">${name}</text>`,
  )
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${title}">
<style>${STYLE}
</style>
<rect class="back" width="${WIDTH}" height="${HEIGHT}"/>
<text class="title" x="${LEFT}" y="20">${title}, ${unit}</text>
${[...rows, ...columns, ...lines, ...names].join('\n')}
<text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 6}" text-anchor="middle">${along}</text>
</svg>
`
}

/** Round numbers from `low` to one that is not below `high`. */
function steps(low: number, high: number): number[] {
  const raw = (high - low) / 5
  const power = 10 ** Math.floor(Math.log10(raw))
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((one) => one >= raw)!
  const count = Math.ceil((high - low) / step)
  return Array.from({ length: count + 1 }, (_, at) => Number((low + at * step).toPrecision(6)))
}

function powers(low: number, high: number): number[] {
  const first = Math.floor(Math.log10(Math.max(low, 0.01)))
  const count = Math.max(1, Math.ceil(Math.log10(high)) - first)
  return Array.from({ length: count + 1 }, (_, at) => Number((10 ** (first + at)).toPrecision(3)))
}

/** Moves labels so that none lies on another; the order stays. */
function apart(heights: readonly number[]): number[] {
  const moved = [...heights]
  const order = moved.map((_, at) => at).sort((a, b) => moved[a]! - moved[b]!)
  for (let place = 1; place < order.length; place += 1) {
    const [above, here] = [order[place - 1]!, order[place]!]
    moved[here] = Math.max(moved[here]!, moved[above]! + 15)
  }
  return moved
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
