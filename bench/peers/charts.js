import { NUMBERS, count, round, sayingOf, spreadOf, whoOf, wordOf } from './rows.js'
import { SHOWN } from './shown.js'
import { barChart, wordChart } from './svg.js'

/** A chart of each measure, as SVG, by the measure's name. */
export function charts({ measures, machine }) {
  const note = `${machine.date.slice(0, 10)}, Node ${machine.node}`
  const found = {}
  for (const [id, rows] of Object.entries(measures)) found[id] = DRAWN[id](rows, note)
  return found
}

const DRAWN = {
  edit: (rows, note) =>
    sized('edit', rows, note, (row) => {
      const { title, settings } = whoOf(row)
      return row.lacks ? title : `${title}, ${settings[row.setting].says}`
    }),
  cold: (rows, note) => sized('cold', rows, note, (row) => whoOf(row).title),
  kept: (rows, note) =>
    barChart({
      title: 'Kept per reload, KB; less is better',
      note,
      least: 1,
      groups: rows.map((row) => ({
        label: whoOf(row).title,
        ours: whoOf(row).ours,
        bars: [barOf(row, spreadOf(row, NUMBERS.kept))],
      })),
    }),
  heap: (rows, note) =>
    barChart({
      title: 'Reloads survived in a heap of 64 MB; more is better',
      note,
      least: 1,
      groups: rows.map((row) => {
        const [sample] = row.samples
        return {
          label: whoOf(row).title,
          ours: whoOf(row).ours,
          bars: [
            sample
              ? { value: sample.reloads, text: `${count(sample.reloads)}, ${sample.end}` }
              : { word: wordOf(row) },
          ],
        }
      }),
    }),
  load: (rows, note) =>
    barChart({
      title: 'Requests failed during 200 edits; less is better',
      note,
      least: 1,
      groups: rows.map((row) => {
        const failed = row.samples.reduce((sum, sample) => sum + sample.failed, 0)
        return {
          label: whoOf(row).title,
          ours: whoOf(row).ours,
          bars: [row.samples.length > 0 ? { value: failed, text: count(failed) } : { word: wordOf(row) }],
        }
      }),
    }),
  dropin: (rows, note) => {
    const { head, lines } = SHOWN.dropin.table(rows)
    return wordChart({
      title: SHOWN.dropin.title,
      note,
      head: [head[2], 'half before'],
      lines: lines.map(([title, , whole, half], at) => ({
        label: title,
        ours: whoOf(rows[at]).ours,
        cells: [
          { word: whole, good: /^[\d,.]+ \(/.test(whole) ? true : rows[at].lacks ? undefined : false },
          {
            word: half,
            good:
              half === 'no'
                ? /^[\d,.]+ \(/.test(whole)
                  ? true
                  : undefined
                : half === ''
                  ? undefined
                  : false,
          },
        ],
      })),
    })
  },
  shared: (rows, note) =>
    wordChart({
      title: SHOWN.shared.title,
      note,
      head: ['changed, of 1', 'dependents, of 4', 'bystanders, of 5', 'dependents with the new value'],
      lines: rows.map((row) => {
        const word = wordOf(row)
        const cell = (of, goal) => {
          const text = word ?? sayingOf(row, (sample) => String(sample[of]))
          return { word: text, good: word === undefined ? text === goal : undefined }
        }
        const follow = cell('follow', '4')
        const dependents = cell('dependents', '4')
        return {
          label: whoOf(row).title,
          ours: whoOf(row).ours,
          // Who asks by name at each call need not start its dependents again.
          cells: [
            cell('changed', '1'),
            { ...dependents, good: dependents.good === false && follow.good ? undefined : dependents.good },
            cell('bystanders', '0'),
            follow,
          ],
        }
      }),
    }),
  broken: (rows, note) => {
    const { lines } = SHOWN.broken.table(rows)
    const good = (word) =>
      word === 'answers' || word === 'answer' || /^[\d,.]+ \(/.test(word)
        ? true
        : word === ''
          ? undefined
          : false
    const ids = [...new Set(rows.map(({ contender }) => contender))]
    return wordChart({
      title: SHOWN.broken.title,
      note,
      head: ['syntax error: old', 'others', 'mended, ms', 'throw at start: old', 'others', 'mended, ms'],
      lines: lines.map(([label, ...cells], at) => ({
        label,
        ours: whoOf({ contender: ids[at] }).ours,
        cells: cells.map((word) => ({ word: word.replace(/ \(.*/, ''), good: good(word) })),
      })),
    })
  },
}

/** Groups of bars, one bar for each number of plugins. */
function sized(id, rows, note, label) {
  const sizes = [...new Set(rows.map(({ n }) => n))].sort((a, b) => a - b)
  const groups = new Map()
  for (const row of rows) {
    const key = `${row.contender} ${row.setting}`
    if (!groups.has(key)) groups.set(key, { label: label(row), ours: whoOf(row).ours, bars: [] })
    groups.get(key).bars[sizes.indexOf(row.n)] = barOf(row, spreadOf(row, NUMBERS[id]))
  }
  return barChart({
    title: `${SHOWN[id].title}, ms, for ${sizes.map((n) => n.toLocaleString('en')).join(', ')} plugins; less is better`,
    note,
    groups: [...groups.values()].map((group) => ({
      ...group,
      // What is not done at all is said once.
      bars: group.bars.every(({ word }) => word && word === group.bars[0].word)
        ? [group.bars[0]]
        : group.bars,
    })),
  })
}

function barOf(row, spread) {
  const word = wordOf(row) ?? (spread ? undefined : 'not seen')
  if (word !== undefined) return { word }
  return { value: spread.median, min: spread.min, max: spread.max, text: round(spread.median) }
}
