import { median } from '../statistics.js'
import { contenders } from './contenders/index.js'

/** The contender that a row of the results is about. */
export function whoOf({ contender }) {
  return contenders.find(({ id }) => id === contender)
}

/** The word for a row without numbers: what the contender does not do, or how it failed. */
export function wordOf(row) {
  if (!row) return 'not measured'
  return row.lacks ?? (row.samples.length === 0 ? (row.words.at(-1) ?? 'not measured') : undefined)
}

/** Median, least and greatest of all numbers that `of` finds in the samples of a row. */
export function spreadOf(row, of) {
  const values = (row?.samples ?? []).flatMap(of).filter((value) => value !== undefined)
  if (values.length === 0) return undefined
  return { median: median(values), min: Math.min(...values), max: Math.max(...values), count: values.length }
}

/** What less a reload keeps cannot be told from nothing. */
export const NOISE_KB = 3

/** The numbers of a row of each measure that has numbers to compare; less is better. */
export const NUMBERS = {
  edit: ({ times }) => times,
  cold: ({ startMs }) => [startMs],
  kept: ({ bytes }) => [bytes / 1024],
  dropin: ({ ms }) => [ms],
}

/** What the samples of a row say, if all say the same; otherwise each once. */
export function sayingOf(row, of) {
  const word = wordOf(row)
  if (word !== undefined) return word
  return [...new Set(row.samples.map(of))].join(' / ')
}

export function round(value) {
  if (value === undefined || Number.isNaN(value)) return ''
  const size = Math.abs(value)
  return size < 10 ? value.toFixed(1) : Math.round(value).toLocaleString('en')
}

/** How many. */
export function count(value) {
  return value.toLocaleString('en')
}

/** `median (least to greatest)`. */
export function spreadText(spread) {
  return `${round(spread.median)} (${round(spread.min)} to ${round(spread.max)})`
}
