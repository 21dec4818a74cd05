/** Recorded grids for a benchmark: `intensity/`, `price/` and `forecast/` of a directory, one CSV file per zone. */
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { WindfallError } from '../../../../shared/errors.ts'

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

interface Row {
  readonly hour: number
  readonly cells: readonly number[]
}

/** Rows of `timestamp,number,...`; a cell that is no number is `NaN`. */
function rowsOf(file: string): readonly Row[] {
  const lines = readFileSync(file, 'utf8').trim().split(/\r?\n/).slice(1)
  return lines.map((line, index) => {
    const [stamp = '', ...cells] = line.split(',')
    const at = Date.parse(stamp)
    if (!Number.isFinite(at) || cells.length === 0)
      throw new WindfallError('input.invalid', `${file}, line ${index + 2}: expected a UTC time and a number, as in 2023-01-01T00:00Z,181.5.`)
    return { hour: Math.floor(at / HOUR_MS), cells: cells.map((cell) => (cell.trim() === '' ? Number.NaN : Number(cell))) }
  })
}

/** Means over hours of the given column; rows may be in any order. */
function hourly(rows: readonly Row[], column: number): Hourly {
  let [firstHour, lastHour] = [Infinity, -Infinity]
  for (const { hour } of rows) [firstHour, lastHour] = [Math.min(firstHour, hour), Math.max(lastHour, hour)]
  const count = rows.length === 0 ? 0 : lastHour - firstHour + 1
  const [sums, counts] = [new Float64Array(count), new Float64Array(count)]
  for (const { hour, cells } of rows) {
    const value = cells[column] ?? Number.NaN
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

/** `em-US-CAL-CISO-2021-2023-hourly.csv` is about US-CAL-CISO: what stands between the family and the first year. */
const zoneOf = (file: string): string => /^[^-]+-(.+?)-20\d\d/.exec(file)?.[1] ?? file.replace(/\.csv$/, '')

const traces = (directory: string): readonly Trace[] =>
  csvFiles(directory).map((file) => ({ series: file.replace(/\.csv$/, ''), zone: zoneOf(file), ...hourly(rowsOf(join(directory, file)), 0) }))

/** Issues of several days each: `timestamp,issue_index,lead_hour,actual,forecast`. */
function issuesByIndex(rows: readonly Row[]): readonly Issue[] {
  const byIndex = Map.groupBy(rows, ({ cells }) => cells[0])
  return [...byIndex.values()].map((issue) => {
    const { firstHour, values } = hourly(issue, 3)
    return { issuedHour: firstHour, values }
  })
}

/** Every hour once, as forecast at midnight of its day: `timestamp,actual,forecast`. */
function issuesByDay(rows: readonly Row[]): readonly Issue[] {
  const byDay = Map.groupBy(rows, ({ hour }) => Math.floor(hour / 24))
  return [...byDay.values()].map((day) => {
    const { firstHour, values } = hourly(day, 1)
    return { issuedHour: firstHour, values }
  })
}

function forecastTrace(file: string, zone: string): ForecastTrace {
  const rows = rowsOf(file)
  const isIndexed = readFileSync(file, 'utf8').startsWith('timestamp,issue_index')
  const issues = isIndexed ? issuesByIndex(rows) : issuesByDay(rows)
  return { zone, actual: hourly(rows, isIndexed ? 2 : 0), issues: issues.toSorted((a, b) => a.issuedHour - b.issuedHour) }
}

/** Reads a directory; a file that is no such table is refused by name (`input.invalid`). Prices are per MWh. */
export function readTraces(directory: string): Traces {
  const intensity = traces(join(directory, 'intensity'))
  if (intensity.length === 0)
    throw new WindfallError('input.invalid', `${directory} has no intensity/*.csv. Name a directory with files such as intensity/em-GB-2021-2023-hourly.csv.`)
  const forecasts = csvFiles(join(directory, 'forecast')).map((file) => forecastTrace(join(directory, 'forecast', file), zoneOf(file)))
  return { intensity, prices: traces(join(directory, 'price')), forecasts }
}
