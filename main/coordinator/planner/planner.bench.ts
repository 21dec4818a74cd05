/**
 * How close the planner comes to perfect foresight on recorded grids: `planner.bench.ts --traces DIR [--zones GB,DE] [--years 2023] [--source
 * TEXT] [--out DIR] [--json]`. The traces are `intensity/*.csv`, `price/*.csv` and `forecast/*.csv`, hourly or finer. Writes `planner.json` and a picture
 * of each zone's year to `--out`; prints a table, or the JSON with `--json`.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { WindfallError } from '../../../shared/errors.ts'
import { fromIso } from '../../../shared/units.ts'
import { forecastIntensity } from '../grid/forecast/own-forecast.ts'
import { costWeightRow } from './bench/cost-weight.ts'
import { type OwnForecast, NOISE_SEED } from './bench/foresight.ts'
import { letsWaitAwhile } from './bench/lets-wait-awhile.ts'
import { placementRows } from './bench/placement.ts'
import { picture } from './bench/picture.ts'
import { publishedRows, yearRows, yearsOf } from './bench/rows.ts'
import { measureRounds } from './bench/round-speed.ts'
import { measureSpeed } from './bench/speed.ts'
import { pricesOf, readTraces } from './bench/traces.ts'

const USAGE = `npm run bench -- planner --traces DIR [--zones GB,DE] [--years 2023] [--source TEXT] [--out DIR] [--json]

DIR holds intensity/*.csv and, if there are any, price/*.csv and forecast/*.csv, hourly or finer: a header, then “timestamp,value” in UTC.
--source names whose data it is under each picture.
`

function readOptions() {
  try {
    return parseArgs({
      options: {
        traces: { type: 'string' },
        zones: { type: 'string' },
        years: { type: 'string' },
        source: { type: 'string' },
        out: { type: 'string', default: '.cache/bench/planner' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values
  } catch {
    return null
  }
}

function tracesOf(directory: string) {
  try {
    return readTraces(directory)
  } catch (error) {
    if (!(error instanceof WindfallError)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exit(2)
  }
}

const options = readOptions()
if (options?.help) {
  process.stdout.write(USAGE)
  process.exit(0)
}
if (!options?.traces) {
  process.stderr.write(`The planner is measured on recorded grids, which do not come with Windfall. Name a directory of them:\n${USAGE}`)
  process.exit(2)
}
const started = performance.now()
const [zones, years] = [options.zones?.split(','), options.years?.split(',').map(Number)]
const isAsked = (zone: string): boolean => zones?.includes(zone) ?? true
const traces = tracesOf(options.traces)

const forecast: OwnForecast = (input) => forecastIntensity(input)?.points.map(({ from, value }) => ({ from: fromIso(from), value: value ?? 0 })) ?? null
const seriesYears = traces.intensity
  .filter(({ zone }) => isAsked(zone))
  .map((trace) => ({ trace, prices: pricesOf(traces, trace.zone) }))
  .flatMap(({ trace, prices }) => yearsOf(trace).flatMap((year) => ((years?.includes(year) ?? true) ? [{ trace, prices, year }] : [])))
const published = traces.forecasts.filter(({ zone }) => isAsked(zone))
const round = (value: number): number => Math.round(value * 1e4) / 1e4
const rounded = <T extends { savingPct: number; limitPct: number; capture: number }>(row: T): T => ({
  ...row,
  savingPct: round(row.savingPct),
  limitPct: round(row.limitPct),
  capture: round(row.capture),
})

/** Three unlike grids of one family of series, in the last year that all of them know. */
const PLACED = ['GB', 'DE', 'ES']
/** One job arrives every hour and runs for eight: on average eight run. */
const CAPACITIES = [null, 24, 16, 12]
const placed = [...Map.groupBy(seriesYears, ({ trace, year }) => `${trace.series.split('-')[0]} ${year}`).values()]
  .map((together) => ({ year: together[0]?.year ?? 0, grids: PLACED.flatMap((name) => together.find(({ trace }) => trace.zone === name)?.trace ?? []) }))
  .filter(({ grids }) => grids.length === PLACED.length)
  .toSorted((a, b) => a.year - b.year)
  .at(-1)
const placement = placed ? placementRows(placed.grids, placed.year, CAPACITIES) : []

const figures = letsWaitAwhile(options.traces)
const rows = [
  ...seriesYears.flatMap(({ trace, prices, year }) => yearRows(trace, prices, year, forecast)),
  ...published.flatMap((trace) => publishedRows(trace, 'hourly')),
].map(rounded)
const result = {
  benchmark: 'planner',
  noiseSeed: NOISE_SEED,
  rows,
  carboncastAtIssue: published.flatMap((trace) => publishedRows(trace, 'with-issue')).map(rounded),
  costWeight: seriesYears.flatMap(({ trace, prices, year }) => (prices && costWeightRow(trace, prices, year)) ?? []),
  placement: { rows: placement },
  lwa: { maxDiffPp: figures.length === 0 ? null : Math.max(...figures.map(({ published: theirs, ours }) => Math.abs(ours - theirs))), figures },
  speed: { ...measureSpeed(), rounds: measureRounds() },
  seconds: (performance.now() - started) / 1_000,
}

mkdirSync(options.out, { recursive: true })
writeFileSync(join(options.out, 'planner.json'), `${JSON.stringify(result, null, 1)}\n`)
for (const [name, group] of Map.groupBy(rows, ({ series, year }) => `${series}-in-${year}`))
  writeFileSync(join(options.out, `${name}.svg`), picture(group, options.source ?? group[0]?.series ?? name))

if (options.json) console.log(JSON.stringify(result))
else {
  console.table(rows)
  console.log({ lwaMaxDiffPp: result.lwa.maxDiffPp, speed: result.speed, seconds: result.seconds, files: options.out })
}
