/** A year of hours of one grid, real or made up. */
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

export const HOUR_MS = 3_600_000
export const DAY_MS = 24 * HOUR_MS

/** One number per UTC hour from `from` (epoch ms) on; `NaN` where nobody knows it. */
export interface Hourly {
  readonly from: number
  readonly values: Float64Array
}

/** What happened on a grid. Prices are in hundredths of `currency` per kWh, `null` where none are known. */
export interface Grid {
  readonly zone: string
  /** gCO2/kWh. */
  readonly intensity: Hourly
  readonly price: Hourly | null
}

export const endOf = ({ from, values }: Hourly): number => from + values.length * HOUR_MS
/** The value of the hour that holds `at`, or `null`. */
export function valueAt({ from, values }: Hourly, at: number): number | null {
  const value = values[Math.floor((at - from) / HOUR_MS)]
  return value === undefined || Number.isNaN(value) ? null : value
}

/** Hours of the file's lines `timestamp,value`, in any order; further columns are not read. Error: for a line that is neither of both. */
function readHourly(file: string): Hourly {
  const lines = readFileSync(file, 'utf8').trim().split(/\r?\n/).slice(1)
  const rows = lines.map((line, index) => {
    const [stamp = '', value = ''] = line.split(',')
    const at = Date.parse(/(?:Z|[+-]\d\d:\d\d)$/.test(stamp) ? stamp : `${stamp}Z`)
    if (!Number.isFinite(at) || at % HOUR_MS !== 0 || !Number.isFinite(Number(value)) || value === '')
      throw new Error(`${file}, line ${index + 2}: expected the start of an hour and a number, as in 2023-01-01T00:00Z,181.5`)
    return { at, value: Number(value) }
  })
  const [from, to] = rows.reduce(([first, last], { at }) => [Math.min(first, at), Math.max(last, at + HOUR_MS)], [Infinity, -Infinity])
  const values = new Float64Array(rows.length === 0 ? 0 : (to - from) / HOUR_MS).fill(Number.NaN)
  for (const { at, value } of rows) values[(at - from) / HOUR_MS] = value
  return { from, values }
}

/** Prices are published per MWh. */
const perKWh = ({ from, values }: Hourly): Hourly => ({ from, values: values.map((value) => value / 10) })

/** Every `ZONE-intensity.csv` of a directory, with its `ZONE-price.csv` (per MWh) where there is one. */
export function readGrids(directory: string): readonly Grid[] {
  const files = readdirSync(directory)
  const zones = files.flatMap((file) => /^(.+)-intensity\.csv$/.exec(file)?.[1] ?? [])
  if (zones.length === 0)
    throw new Error(`${directory} holds no series. Name them like DE-intensity.csv and DE-price.csv, hourly, with the columns timestamp,value.`)
  return zones.map((zone) => ({
    zone,
    intensity: readHourly(join(directory, `${zone}-intensity.csv`)),
    price: files.includes(`${zone}-price.csv`) ? perKWh(readHourly(join(directory, `${zone}-price.csv`))) : null,
  }))
}

/** The same with what `edit` makes of each hour, which starts at `at`. */
export const edited = ({ from, values }: Hourly, edit: (value: number, at: number) => number): Hourly => ({
  from,
  values: values.map((value, index) => edit(value, from + index * HOUR_MS)),
})
