/** The value below which the share `q` of all values lies. */
export function quantile(values, q) {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (sorted.length - 1) * q
  const below = sorted[Math.floor(at)]
  return below + (sorted[Math.ceil(at)] - below) * (at - Math.floor(at))
}

export function median(values) {
  return quantile(values, 0.5)
}

/** What is kept of a series of measurements. */
export function summary(values) {
  if (values.length === 0) return undefined
  return {
    count: values.length,
    median: median(values),
    p25: quantile(values, 0.25),
    p75: quantile(values, 0.75),
    p95: quantile(values, 0.95),
    max: Math.max(...values),
  }
}

/** How many times `theirs` each of `ours` is. */
export function ratios(ours, theirs) {
  return ours.map((value, at) => value / theirs[at])
}

/** How many times `theirs` the series `ours` is. Pairs were measured one right after the other: they give the spread. */
export function ratio(ours, theirs) {
  const pairs = ratios(ours, theirs)
  return { ratio: median(ours) / median(theirs), p25: quantile(pairs, 0.25), p75: quantile(pairs, 0.75) }
}
