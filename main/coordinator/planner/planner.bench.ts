/**
 * How close the planner comes to perfect foresight on recorded grids: `node planner.bench.ts --traces DIR [--zones GB,DE] [--years 2023]
 * [--json]`. DIR holds `intensity/*.csv`, `price/*.csv` and `forecast/*.csv`, hourly or finer.
 */
import { parseArgs } from 'node:util'
import { fromIso } from '../../../shared/units.ts'
import { forecastIntensity } from '../grid/forecast/own-forecast.ts'
import type { OwnForecast } from './bench/foresight.ts'
import { publishedRows, yearRows, yearsOf } from './bench/rows.ts'
import { pricesOf, readTraces } from './bench/traces.ts'

const { values: options } = parseArgs({
  options: { traces: { type: 'string' }, zones: { type: 'string' }, years: { type: 'string' }, json: { type: 'boolean', default: false } },
})
if (!options.traces) throw new Error('Name a directory of recorded grids: --traces DIR.')
const started = performance.now()
const zones = options.zones?.split(',')
const years = options.years?.split(',').map(Number)
const traces = readTraces(options.traces)

const forecast: OwnForecast = (input) => forecastIntensity(input)?.points.map(({ from, value }) => ({ from: fromIso(from), value: value ?? 0 })) ?? null

const rows = []
for (const trace of traces.intensity.filter(({ zone }) => !zones || zones.includes(zone)))
  for (const year of yearsOf(trace).filter((known) => !years || years.includes(known))) {
    const t = performance.now()
    rows.push(...yearRows(trace, pricesOf(traces, trace.zone), year, forecast))
    console.error(trace.zone, year, ((performance.now() - t) / 1000).toFixed(1))
  }
for (const published of traces.forecasts.filter(({ zone }) => !zones || zones.includes(zone))) rows.push(...publishedRows(published))
for (const r of rows) console.log(r.series, r.year, r.L, r.S, r.mode, r.policy, r.arrivals, r.savingPct.toFixed(2), r.limitPct.toFixed(2), r.capture.toFixed(3), r.deadlineMisses)
console.error((performance.now() - started) / 1000)
