/** What is left of the saving of zone and time chosen together when places are scarce. */
import { allocate } from '../allocate/allocate.ts'
import type { AllocateJob } from '../allocate/input.ts'
import { type CostCurve, costCurve } from '../timing/cost-curve.ts'
import { hoursOf } from './arrivals.ts'
import { leastGrams } from './placement-bound.ts'
import { arrivalsIn, yearStart } from './rows.ts'
import { HOUR_MS, type Trace, valueAt } from './traces.ts'

export interface PlacementRow {
  readonly year: number
  readonly zones: readonly string[]
  readonly home: string
  /** Jobs that each zone can run at the same time; one arrives every hour and runs for eight. `null` is no limit: one zone and wait. */
  readonly capacity: number | null
  /** Whether places are kept for jobs that are to be expected, since as many came in the same hours of the day before. */
  readonly expects: 'nothing' | 'as-yesterday'
  readonly savingPct: number
  /** The saving against that of one zone and wait without limits. */
  readonly vsOneZoneAndWait: number
  /**
   * The saving against the most that could be saved under the limit by whoever knew all arrivals of the year: a bound by Lagrangian duality,
   * which nothing can pass, and which may itself be out of reach. 1 without a limit, where it is the optimum.
   */
  readonly vsLimitOptimum: number
  /** What that bound leaves of the saving of one zone and wait: no planner can have a higher `vsOneZoneAndWait`. */
  readonly limitVsOneZoneAndWait: number
  readonly deadlineMisses: number
}

const [LENGTH, SLACK] = [8, 24]
/** How far arrivals are expected. */
const EXPECTED_HOURS = 24
const FREE = { minRunMs: 0, restartMs: 0 }

/** A job that is not done. It stays in the zone where it began. */
interface Open {
  readonly arrival: number
  readonly zone: string | null
  readonly leftHours: number
}

const deadlineOf = ({ arrival }: Open): number => arrival + LENGTH + SLACK

function jobOf(open: Open, hour: number, pools: ReadonlyMap<string, ReadonlyMap<string, CostCurve>>): Omit<AllocateJob, 'priority'> {
  return {
    id: String(open.arrival),
    places: 1,
    runsIn: null,
    pools: pools.get(open.zone ?? '') ?? new Map(),
    work: {
      earliest: hour * HOUR_MS,
      latestEnd: deadlineOf(open) * HOUR_MS,
      durationMs: open.leftHours * HOUR_MS,
      pauses: FREE,
      progress: open.zone === null ? 'fresh' : 'paused',
    },
  }
}

interface Year {
  readonly zones: readonly Trace[]
  readonly arrivals: ReadonlySet<number>
  readonly capacity: number | null
  readonly expects: PlacementRow['expects']
}

/** Jobs that come if tomorrow is like the day up to now. */
function expectedFrom(hour: number, { arrivals, expects }: Year): readonly Open[] {
  if (expects === 'nothing') return []
  const ahead = Array.from({ length: EXPECTED_HOURS }, (_, index) => hour + 1 + index)
  return ahead.filter((arrival) => arrivals.has(arrival - 24)).map((arrival) => ({ arrival, zone: null, leftHours: LENGTH }))
}

/** In which zone each job runs in this hour, or that it waits: the first hour of the plan for all that are not done. */
function runningIn(year: Year, hour: number, open: readonly Open[]): readonly (string | null)[] {
  const { zones, capacity } = year
  const expected = expectedFrom(hour, year)
  const horizon = LENGTH + SLACK + (expected.length > 0 ? EXPECTED_HOURS : 0)
  const curves = new Map(zones.map((zone) => [zone.zone, costCurve(hoursOf(zone, hour, hour + horizon))]))
  const alone = [...curves].map(([zone, curve]) => [zone, new Map([[zone, curve]])] as const)
  const pools = new Map<string, ReadonlyMap<string, CostCurve>>([['', curves], ...alone])
  const spans = [{ from: hour * HOUR_MS, to: Infinity, places: capacity ?? Infinity }]
  const jobs = [
    ...open.map((job) => ({ ...jobOf(job, hour, pools), priority: 1 })),
    ...expected.map((job) => ({ ...jobOf(job, job.arrival, pools), priority: 0 })),
  ]
  const allocated = allocate({ jobs, pools: zones.map(({ zone }) => ({ id: zone, spans })) })
  return open.map((_, index) => {
    const allocation = allocated[index] ?? 'capacity'
    return allocation !== 'capacity' && allocation.runs[0]?.from === hour * HOUR_MS ? allocation.pool : null
  })
}

/** Plays a year: in every hour everything that is not done is planned anew, and what is to run now runs for an hour. */
function play(year: Year): { readonly grams: number; readonly misses: number } {
  const [first, last] = [Math.min(...year.arrivals), Math.max(...year.arrivals)]
  let [open, grams, misses]: [readonly Open[], number, number] = [[], 0, 0]
  for (let hour = first; hour <= last || open.length > 0; hour += 1) {
    const waiting = year.arrivals.has(hour) ? [...open, { arrival: hour, zone: null, leftHours: LENGTH }] : open
    const places = runningIn(year, hour, waiting)
    open = waiting.flatMap((job, index) => {
      const zone = year.zones.find((trace) => trace.zone === places[index])
      if (!zone) return [job]
      grams += valueAt(zone, hour)
      if (job.leftHours > 1) return [{ ...job, zone: zone.zone, leftHours: job.leftHours - 1 }]
      misses += hour + 1 > deadlineOf(job) ? 1 : 0
      return []
    })
  }
  return { grams, misses }
}

/** What starting every job at once in a zone emits. */
const atOnceIn = (home: Trace, arrivals: readonly number[]): number =>
  arrivals.reduce((sum, arrival) => sum + Array.from({ length: LENGTH }, (_, hour) => valueAt(home, arrival + hour)).reduce((a, b) => a + b, 0), 0)

/**
 * Zone and time chosen together with perfect forecasts of every zone, but no knowledge of what arrives; against starting at once in each
 * zone. Every limit is played twice, see {@link PlacementRow.expects}.
 */
export function placementRows(zones: readonly Trace[], year: number, capacities: readonly (number | null)[]): readonly PlacementRow[] {
  const span = [yearStart(year), yearStart(year + 1)] as const
  const known = zones.map((zone) => new Set(arrivalsIn(zone, span, 0, LENGTH + SLACK)))
  const arrivals = [...(known[0] ?? [])].filter((hour) => known.every((hours) => hours.has(hour)))
  if (arrivals.length === 0) return []
  const played = (capacity: number | null, expects: PlacementRow['expects']) => ({
    capacity,
    expects,
    ...play({ zones, arrivals: new Set(arrivals), capacity, expects }),
  })
  const unlimited = played(null, 'nothing').grams
  return capacities.flatMap((capacity) => {
    const [first, ...others] = (['nothing', 'as-yesterday'] as const).slice(0, capacity === null ? 1 : 2).map((expects) => played(capacity, expects))
    if (!first) return []
    const least = capacity === null ? unlimited : leastGrams({ zones, arrivals, capacity, length: LENGTH, slack: SLACK }, first.grams)
    return [first, ...others].flatMap(({ expects, grams, misses }) =>
      zones.map((home): PlacementRow => {
        const base = atOnceIn(home, arrivals)
        return {
          year,
          zones: zones.map(({ zone }) => zone),
          home: home.zone,
          capacity,
          expects,
          savingPct: 100 * (1 - grams / base),
          vsOneZoneAndWait: (base - grams) / (base - unlimited),
          vsLimitOptimum: (base - grams) / (base - least),
          limitVsOneZoneAndWait: (base - least) / (base - unlimited),
          deadlineMisses: misses,
        }
      }),
    )
  })
}
