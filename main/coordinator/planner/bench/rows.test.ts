import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { gaussian } from './noise.ts'
import { picture } from './picture.ts'
import { publishedRows, yearRows, yearsOf } from './rows.ts'
import { HOUR_MS, pricesOf, readTraces, valueAt } from './traces.ts'

const directory = mkdtempSync(join(tmpdir(), 'windfall-traces-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const START = Date.UTC(2023, 2, 1)
const stamp = (hour: number) => `${new Date(START + hour * HOUR_MS).toISOString().slice(0, 16)}Z`
const value = (hour: number) => 200 + 80 * Math.cos((hour / 24) * 2 * Math.PI) + 10 * gaussian(1, 1, hour)
const hours = (count: number, row: (hour: number) => string) => Array.from({ length: count }, (_, hour) => row(hour)).join('\n')
function write(folder: string, name: string, head: string, body: string) {
  mkdirSync(join(directory, folder), { recursive: true })
  writeFileSync(join(directory, folder, `${name}.csv`), `${head}\n${body}\n`)
}
// Half-hours whose mean is the hour's value, in no order; hour 300 is missing.
const halves = hours(46 * 24, (hour) => (hour === 300 ? '' : `${stamp(hour).replace(':00Z', ':30Z')},${value(hour) - 5}\n${stamp(hour)},${value(hour) + 5}`))
write('intensity', 'xx-US-AB-2023-30min', 'timestamp,gco2eq_per_kwh', halves.replace(/\n+/g, '\n'))
write(
  'price',
  'dayahead-US-AB-HUB-2023-hourly',
  'timestamp,usd_per_mwh',
  hours(46 * 24, (hour) => `${stamp(hour)},${value(hour) / 2}`),
)
write(
  'forecast',
  'carboncast-DE-2023H1-72h',
  'timestamp,issue_index,lead_hour,actual,forecast',
  Array.from({ length: 30 }, (_, day) =>
    hours(72, (lead) => `${stamp(day * 24 + lead)},${day},${lead},${value(day * 24 + lead)},${value(day * 24 + lead) + 9}`),
  ).join('\n'),
)

const traces = readTraces(directory)
const [trace] = traces.intensity
if (!trace) throw new Error('The series was not read.')

test('reads hours from half-hours, names zones and finds their prices', () => {
  expect(traces.intensity.map(({ zone, series }) => [zone, series])).toEqual([['US-AB', 'xx-US-AB-2023-30min']])
  expect(valueAt(trace, START / HOUR_MS + 5)).toBeCloseTo(value(5))
  expect(valueAt(trace, START / HOUR_MS + 300)).toBeNaN()
  expect(valueAt(trace, START / HOUR_MS - 1)).toBeNaN()
  expect(yearsOf(trace)).toEqual([2023])
  const prices = pricesOf(traces, 'US-AB')
  expect(prices && valueAt(prices, START / HOUR_MS + 5)).toBeCloseTo(value(5) / 2)
  expect(pricesOf(traces, 'GB')).toBeNull()
  expect(traces.forecasts[0]).toMatchObject({ zone: 'DE', issues: { length: 30 } })
})

test('refuses a directory without intensity', () => {
  expect(() => readTraces(mkdtempSync(join(directory, 'other-')))).toThrow(/no intensity/)
})

/** Expects the same of every hour. */
const own = ({ now, to }: { now: number; to: number }) =>
  Array.from({ length: (to - now) / HOUR_MS }, (_, index) => [0, 0.5].map((half) => ({ from: now + (index + half) * HOUR_MS, value: 200 }))).flat()

test('every policy gets a row for each length and mode, ends in time and saves no more than can be saved', () => {
  const rows = yearRows(trace, pricesOf(traces, 'US-AB'), 2023, own)
  expect(rows.map(({ L, mode, policy }) => `${L} ${mode} ${policy}`)).toHaveLength(3 * 2 * 3)
  for (const row of rows) {
    expect(row).toMatchObject({ zone: 'US-AB', year: 2023, deadlineMisses: 0 })
    expect(row.limitPct).toBeGreaterThan(0)
    expect(row.savingPct).toBeLessThanOrEqual(row.limitPct + 1e-9)
    expect(row.capture).toBeCloseTo(row.savingPct / row.limitPct)
  }
  // From the eighth day to 16 hours before the end, less those whose week or window holds the missing hour.
  expect(rows[0]?.arrivals).toBe(46 * 24 - 168 - 15 - (168 + 16))
  const svg = picture(rows, 'Tom & <Jerry>')
  for (const said of ['US-AB 2023', 'prefers-color-scheme: dark', 'Data: Tom &amp; &lt;Jerry>', '8 h of work, 24 h to spare', 'Perfect foresight'])
    expect(svg).toContain(said)
  expect(svg).toMatch(/<desc id="desc">.*4 h of work, 12 h to spare, contiguous, Windfall, no forecast: [−\d.]+ % of [\d.]+ %/)
  expect(svg).not.toMatch(/NaN|undefined|Infinity/)
  expect(picture([], '')).toBe('')
})

test('a forecast that is always off by the same loses next to nothing', () => {
  const [published] = traces.forecasts
  if (!published) throw new Error('The forecast was not read.')
  for (const row of publishedRows(published, 'hourly').filter(({ mode }) => mode === 'interruptible')) expect(row.capture).toBeGreaterThan(0.99)
  expect(publishedRows(published, 'with-issue').map(({ arrivals, L }) => [L, arrivals])).toContainEqual([8, 30])
})
