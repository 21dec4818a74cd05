/** Recorded grids for a benchmark: `intensity/`, `price/` and `forecast/` of a directory, one CSV file per zone. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { WindfallError } from '../../../../shared/errors.ts'
import { type Row, headerOf, readTable } from './csv.ts'

export const HOUR_MS = 3_600_000

/** One mean per UTC hour; `NaN` where nothing is known. Hours are counted from the Unix epoch. */
export interface Hourly {
  readonly firstHour: number
  readonly values: Float64Array
}

export interface Trace extends Hourly {
  /** The file it comes from, without its ending: two families may hold the same zone and year, made by different methods. */
  readonly series: string
  readonly zone: string
}

/** A forecast as it was published: what was expected of each hour from its issue on. */
export interface Issue {
  readonly issuedHour: number
  readonly values: Float64Array
}

/** What was forecast for a zone day by day, and what happened by the same method of counting. */
export interface ForecastTrace {
  readonly zone: string
  readonly actual: Hourly
  readonly issues: readonly Issue[]
}

export interface Traces {
  readonly intensity: readonly Trace[]
  readonly prices: readonly Trace[]
  readonly forecasts: readonly ForecastTrace[]
}

export const valueAt = ({ firstHour, values }: Hourly, hour: number): number => values[hour - firstHour] ?? Number.NaN

/** What several files say of one zone, such as a file per year; the later file wins. */
function merged(parts: readonly Hourly[]): Hourly | null {
  if (parts.length === 0) return null
  const firstHour = Math.min(...parts.map((part) => part.firstHour))
  const end = Math.max(...parts.map((part) => part.firstHour + part.values.length))
  const values = new Float64Array(end - firstHour).fill(Number.NaN)
  for (const part of parts) for (const [index, value] of part.values.entries()) if (!Number.isNaN(value)) values[part.firstHour - firstHour + index] = value
  return { firstHour, values }
}

/** Prices of a zone: its own, or those of a market that its name begins, as `DE-LU` for `DE` and `US-CAL-CISO-NP15` for `US-CAL-CISO`. */
export const pricesOf = ({ prices }: Traces, zone: string): Hourly | null =>
  merged(prices.filter((price) => price.zone === zone || price.zone.startsWith(`${zone}-`)))

const hourOf = (at: number): number => Math.floor(at / HOUR_MS)

/** Means over hours of the given column; rows may be in any order. */
function hourly(rows: readonly Row[], column: number): Hourly {
  let [firstHour, lastHour] = [Infinity, -Infinity]
  for (const { at } of rows) [firstHour, lastHour] = [Math.min(firstHour, hourOf(at)), Math.max(lastHour, hourOf(at))]
  const count = rows.length === 0 ? 0 : lastHour - firstHour + 1
  const [sums, counts] = [new Float64Array(count), new Float64Array(count)]
  for (const { at, cells } of rows) {
    const [hour, value] = [hourOf(at), cells[column] ?? Number.NaN]
    if (Number.isNaN(value)) continue
    sums[hour - firstHour] = (sums[hour - firstHour] ?? 0) + value
    counts[hour - firstHour] = (counts[hour - firstHour] ?? 0) + 1
  }
  return { firstHour: count === 0 ? 0 : firstHour, values: sums.map((sum, index) => sum / (counts[index] ?? 0)) }
}

const csvFiles = (directory: string): readonly string[] =>
  existsSync(directory)
    ? readdirSync(directory)
        .filter((file) => file.endsWith('.csv'))
        .toSorted()
    : []

/** `em-US-CAL-CISO-2021-2023-hourly.csv` is about US-CAL-CISO: what stands between the family, if any, and the first year. */
const zoneOf = (file: string): string => /^(?:[a-z]+-)?(.+?)-20\d\d/.exec(file)?.[1] ?? file.replace(/\.csv$/, '')

const ISSUE_INDEX = /^issue/

const traces = (directory: string): readonly Trace[] =>
  csvFiles(directory).map((file) => ({ series: file.replace(/\.csv$/, ''), zone: zoneOf(file), ...hourly(readTable(join(directory, file), ['anyOther']), 0) }))

/** Each group of rows is one issue, `[actual, forecast, …]` from its first hour on. */
const issuesBy = (rows: readonly Row[], groupOf: (row: Row) => number): readonly Issue[] =>
  [...Map.groupBy(rows, groupOf).values()].map((issue) => {
    const { firstHour, values } = hourly(issue, 1)
    return { issuedHour: firstHour, values }
  })

/** Issues of several days are told apart by their index; without one, every hour is there once, as forecast at midnight of its day. */
function forecastTrace(file: string, zone: string): ForecastTrace {
  const isIndexed = headerOf(file).some((name) => ISSUE_INDEX.test(name))
  const rows = readTable(file, [/actual/, /forecast/, ...(isIndexed ? [ISSUE_INDEX] : [])])
  const issues = issuesBy(rows, ({ at, cells }) => (isIndexed ? (cells[2] ?? Number.NaN) : Math.floor(at / (24 * HOUR_MS))))
  return { zone, actual: hourly(rows, 0), issues: issues.toSorted((a, b) => a.issuedHour - b.issuedHour) }
}

/** Reads a directory; a file that is no such table is refused by name (`input.invalid`). Prices are per MWh. */
export function readTraces(directory: string): Traces {
  const intensity = traces(join(directory, 'intensity'))
  if (intensity.length === 0)
    throw new WindfallError('input.invalid', `${directory} has no intensity/*.csv. Name a directory with files such as intensity/em-GB-2021-2023-hourly.csv.`)
  const forecasts = csvFiles(join(directory, 'forecast')).map((file) => forecastTrace(join(directory, 'forecast', file), zoneOf(file)))
  return { intensity, prices: traces(join(directory, 'price')), forecasts }
}
