/**
 * What it is worth to correct a published forecast: `outlook.bench.ts --traces DIR [--zones DE]`, with `forecast/*.csv` as published day by
 * day. Every hour of those is lived through with the product's oracle, history and outlooks, and one job arrives in each. Prints a table, then
 * one line of JSON.
 */
import { parseArgs } from 'node:util'
import { type LiveSlot, liveSignal } from '../../main/coordinator/grid/live-signal.ts'
import { createGridHistory } from '../../main/coordinator/grid/history.ts'
import { createGridOracle } from '../../main/coordinator/grid/oracle.ts'
import { type GridOutlook, type Sharpen, createOutlooks } from '../../main/coordinator/grid/outlook/outlooks.ts'
import type { GridProvider } from '../../main/coordinator/grid/provider.ts'
import { openDatabase } from '../../main/coordinator/persistence/database.ts'
import { HORIZON_HOURS, LENGTHS, hoursOf, planOnce, replan, startAtArrival } from '../../main/coordinator/planner/bench/arrivals.ts'
import { arrivalsIn } from '../../main/coordinator/planner/bench/rows.ts'
import { type ForecastTrace, HOUR_MS, readTraces, valueAt } from '../../main/coordinator/planner/bench/traces.ts'
import { type CostCurve, costCurve } from '../../main/coordinator/planner/timing/cost-curve.ts'
import { withItsErrors, withoutNoise } from '../../main/coordinator/planner/forecast/sharpen.ts'
import { createFakeClock } from '../../main/kernel/clock.fake.ts'
import { sha256Hex } from '../../main/kernel/signing.ts'
import { epochMs } from '../../shared/units.ts'

const { values: options } = parseArgs({ options: { traces: { type: 'string' }, zones: { type: 'string' } } })
const { signal: never } = new AbortController()
const rounded = (value: number, digits = 2): number => Number(value.toFixed(digits))

/** A trace may be named as no grid area can be. */
const ZONE = 'ZZ'

const hourOf = (hour: number, value: number, forecast: boolean): LiveSlot => ({ from: hour * HOUR_MS, to: (hour + 1) * HOUR_MS, value, forecast })

/** Says at each hour what it has measured up to that hour, and its newest forecast of those that follow. */
function publisher({ actual, issues }: ForecastTrace, now: () => number): GridProvider {
  const known = (hour: number): readonly LiveSlot[] => {
    const measured = hoursOf(actual, hour - 24, hour + 1).map(({ from, value }) => hourOf(from / HOUR_MS, value, false))
    const issue = issues.findLast(({ issuedHour }) => issuedHour <= hour)
    const ahead = [...(issue?.values ?? [])].map((value, lead) => hourOf((issue?.issuedHour ?? 0) + lead, value, true))
    return [...measured, ...ahead.filter(({ from, value }) => from > hour * HOUR_MS && !Number.isNaN(value))]
  }
  return {
    id: 'electricity-maps',
    name: 'The publisher',
    serves: (zone, kind) => zone === ZONE && kind === 'average',
    read: async (query) => {
      const slots = known(Math.floor(now() / HOUR_MS))
      const answers = [{ sha256: sha256Hex(JSON.stringify(slots)), receivedAt: epochMs(now()) }]
      const about = { zone: ZONE, kind: 'average', basis: 'lifecycle', price: null, source: 'Publisher', estimated: false, attribution: 'Nobody' } as const
      return liveSignal(query, { ...about, issuedAt: now(), slots, answers })
    },
    nextIssueAt: (_, at) => epochMs((Math.floor(at / HOUR_MS) + 1) * HOUR_MS),
  }
}

const onLiveFailed = (_: string, message: string) => console.error(message)

/** The outlook of every hour of the trace, as it is told then. */
async function outlooksOf(trace: ForecastTrace, sharpen: Sharpen): Promise<ReadonlyMap<number, GridOutlook>> {
  const db = await openDatabase(':memory:')
  const first = trace.actual.firstHour
  const clock = createFakeClock(first * HOUR_MS)
  const history = createGridHistory(db)
  const recording = { signal: () => null, zones: [] }
  const oracle = createGridOracle({ clock, providers: [publisher(trace, clock.now)], history, recording, shutdown: never, onLiveFailed })
  const outlookOf = createOutlooks({ clock, oracle, history, sharpen, shutdown: never })
  const found = new Map<number, GridOutlook>()
  for (let hour = first; hour < first + trace.actual.values.length; hour += 1) {
    const outlook = await outlookOf(ZONE)
    if (outlook) found.set(hour, outlook)
    clock.jump(HOUR_MS)
  }
  await db.destroy()
  return found
}

type Curves = (hour: number) => CostCurve

function curvesOf(outlooks: ReadonlyMap<number, GridOutlook>): Curves {
  const made = new Map<number, CostCurve>()
  return (hour) => {
    const curve = made.get(hour) ?? costCurve(outlooks.get(hour)?.intensity ?? [])
    made.set(hour, curve)
    return curve
  }
}

/** Share of what perfect foresight saves that jobs of every hour save, %. */
function captures({ actual }: ForecastTrace, curves: Curves) {
  const end = actual.firstHour + actual.values.length
  return LENGTHS.flatMap(({ length, slack }) =>
    (['interruptible', 'contiguous'] as const).map((mode) => {
      const shape = { length, slack, mode }
      const [base, best, found] = [0, 0, 0]
      const sums = { base, best, found }
      for (const arrival of arrivalsIn(actual, [actual.firstHour, end], 0, length + slack)) {
        sums.base += startAtArrival(actual, shape, arrival)
        sums.best += planOnce(actual, shape, arrival, costCurve(hoursOf(actual, arrival, arrival + HORIZON_HOURS))).grams
        sums.found += replan(actual, shape, arrival, curves).grams
      }
      return [`L${length} S${slack} ${mode}`, rounded((sums.base - sums.found) / (sums.base - sums.best), 4)] as const
    }),
  )
}

/** How often the truth of the hours ahead lay within the range they were given, %, by how far ahead they are. */
function coverage({ actual }: ForecastTrace, outlooks: ReadonlyMap<number, GridOutlook>): Readonly<Record<string, number>> {
  const within = new Map<string, { inside: number; count: number }>()
  for (const [hour, { intensity }] of outlooks)
    for (const { from, low, high } of intensity) {
      const [lead, truth] = [from / HOUR_MS - hour, valueAt(actual, from / HOUR_MS)]
      if (low === null || high === null || lead < 1 || Number.isNaN(truth)) continue
      const key = lead <= 6 ? '1 to 6 h' : lead <= 24 ? '7 to 24 h' : 'later'
      const seen = within.get(key) ?? { inside: 0, count: 0 }
      within.set(key, { inside: seen.inside + (truth >= low && truth <= high ? 1 : 0), count: seen.count + 1 })
    }
  return Object.fromEntries([...within].map(([key, { inside, count }]) => [`within range, ${key} (%)`, rounded((100 * inside) / count, 1)]))
}

const asPublished: Sharpen = {
  clean: (forecast) => forecast,
  correct: (forecast, { measured }) => forecast.map((slot) => ({ ...slot, value: measured(slot) ?? slot.value })),
}
const WAYS: Readonly<Record<string, Sharpen>> = { 'as published': asPublished, corrected: { clean: withoutNoise, correct: withItsErrors } }

if (!options.traces) {
  process.stderr.write('Published forecasts do not come with Windfall. Name a directory with forecast/*.csv and intensity/*.csv: --traces DIR\n')
  process.exit(2)
}
const zones = options.zones?.split(',')
const table: Record<string, Record<string, number>> = {}
for (const trace of readTraces(options.traces).forecasts.filter(({ zone }) => zones?.includes(zone) ?? true))
  for (const [name, sharpen] of Object.entries(WAYS)) {
    const outlooks = await outlooksOf(trace, sharpen)
    table[`${trace.zone}, ${name}`] = { ...Object.fromEntries(captures(trace, curvesOf(outlooks))), ...coverage(trace, outlooks) }
  }
console.table(table)
console.log(JSON.stringify({ bench: 'outlook', captures: table }))
