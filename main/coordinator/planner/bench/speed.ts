import { type Work, chooseZoneAndTime } from '../timing/choose.ts'
import { type ZoneForecast, PRESETS, objectiveCurve, scalesOf } from '../timing/objective.ts'
import { gaussian } from './noise.ts'

export interface Speed {
  readonly waitingJobs: number
  readonly zones: number
  readonly slots: number
  readonly replanMs: number
  /** One job that arrives: the median and the 99th percentile. */
  readonly arrivalMs: { readonly median: number; readonly p99: number }
  /** The same for a job whose pauses cost time. */
  readonly arrivalWithRestartsMs: { readonly median: number; readonly p99: number }
}

const SLOT_MS = 1_800_000
const [JOBS, ZONES, SLOTS] = [10_000, 20, 96]
const SEED = 6

const forecasts: readonly ZoneForecast[] = Array.from({ length: ZONES }, (_, zone) => ({
  intensity: Array.from({ length: SLOTS }, (_, slot) => ({
    from: slot * SLOT_MS,
    to: (slot + 1) * SLOT_MS,
    value: 100 + 20 * zone + 60 * Math.cos((slot / 48 + zone / ZONES) * 2 * Math.PI) + 20 * gaussian(SEED, zone, slot),
    forecast: true,
  })),
  prices: null,
}))

const curves = () => {
  const scales = scalesOf(forecasts)
  return new Map(forecasts.map((forecast, zone) => [zone, objectiveCurve(forecast, PRESETS.green, { scales, since: 0 })]))
}

/** Every second job may pause; they last half an hour to a day and have that long again, and up to a day more. */
function work(job: number, restartMs: number): Work {
  const [one, two] = [Math.abs(gaussian(SEED, 1, job)), Math.abs(gaussian(SEED, 2, job))]
  const durationMs = Math.round(Math.min(48, 1 + 12 * one) * SLOT_MS)
  const latestEnd = Math.min(SLOTS * SLOT_MS, durationMs * 2 + Math.round(24 * two) * SLOT_MS)
  return { earliest: 7 * 60_000, latestEnd, durationMs, pauses: job % 2 === 0 || restartMs > 0 ? { minRunMs: restartMs, restartMs } : null, progress: 'fresh' }
}

function percentiles(times: readonly number[]) {
  const sorted = times.toSorted((a, b) => a - b)
  return { median: sorted[sorted.length >> 1] ?? Number.NaN, p99: sorted[Math.floor(sorted.length * 0.99)] ?? Number.NaN }
}

function timed(run: () => unknown): number {
  const started = performance.now()
  run()
  return performance.now() - started
}

/** Each job's fastest of three: what else the machine does meanwhile is not counted. */
const arrivalTimes = (jobs: readonly Work[], known: ReturnType<typeof curves>) =>
  jobs.map((job) => Math.min(...[1, 2, 3].map(() => timed(() => chooseZoneAndTime(known, job)))))

/** How long planning takes: everything that waits on fresh forecasts, and single arrivals on those there are. */
export function measureSpeed(): Speed {
  const jobs = Array.from({ length: JOBS }, (_, job) => work(job, 0))
  const replanAll = () => {
    const fresh = curves()
    for (const job of jobs) chooseZoneAndTime(fresh, job)
  }
  replanAll()
  const replanMs = Math.min(timed(replanAll), timed(replanAll), timed(replanAll))
  const known = curves()
  const arrivals = arrivalTimes(jobs.slice(0, 1_000), known)
  const withRestarts = arrivalTimes(
    Array.from({ length: 200 }, (_, job) => work(job, 300_000)),
    known,
  )
  return {
    waitingJobs: JOBS,
    zones: ZONES,
    slots: SLOTS,
    replanMs,
    arrivalMs: percentiles(arrivals),
    arrivalWithRestartsMs: percentiles(withRestarts.slice(50)),
  }
}
