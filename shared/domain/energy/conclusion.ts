import { toIso } from '../../units.ts'
import { type Measurement, weakestMethod } from '../energy-proof.ts'
import type { Integral } from './integral.ts'
import { type Result, meanWattsOf, resultOf } from './result.ts'
import { intervalsOf, shareOf } from './slots.ts'
import { uncertaintyOf } from './uncertainty.ts'

/** The part of a measurement that follows from the samples alone. */
export interface Conclusion extends Omit<Measurement, 'devices' | 'expectedSamples' | 'shared' | 'sampleLogSha256'> {
  readonly startedAt: string
  readonly endedAt: string
  readonly durationMs: number
  readonly sleepMs: number
}

/** What was recorded of one device, from start to end. */
export interface Track {
  readonly integral: Integral
  /** Power of the quiet device, measured before; `null` if it was not, or not in the state the job found. */
  readonly idleW: number | null
}

interface Judged extends Track {
  readonly result: Result
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
const sumOrNull = (values: readonly (number | null)[]): number | null => (values.some((value) => value === null) ? null : sum(values.map(Number)))

/**
 * Adds up what was recorded of each device (at least one) since `startWall`, epoch milliseconds. Devices are integrated each on their
 * own; the weakest sets method and uncertainty. The same samples always give the same conclusion, whoever draws it.
 */
export function conclude(tracks: readonly Track[], startWall: number): Conclusion {
  const judged = tracks.map((track) => ({ ...track, result: resultOf(track.integral) }))
  const integrals = tracks.map(({ integral }) => integral)
  const whole = { from: startWall, to: Math.max(...integrals.map(({ wallMs }) => wallMs)) }
  const slots = judged.map(({ result }) => result.slots)
  const intervals = intervalsOf(slots, whole).map(({ from, to, ...energy }) => ({ from: toIso(from), to: toIso(to), ...energy }))
  const boardJ = sum(intervals.map(({ joules }) => joules))
  const coverage = shareOf(slots.flat(), (whole.to - whole.from) * integrals.length)
  return {
    ...countsOf(judged),
    ...powerOf(judged),
    ...marginalOf(judged, boardJ),
    intervals,
    boardJ,
    coverage,
    startedAt: intervals[0]?.from ?? toIso(whole.from),
    endedAt: intervals.at(-1)?.to ?? toIso(whole.to),
    durationMs: Math.max(...integrals.map(({ spanMs }) => spanMs)),
    sleepMs: Math.max(...integrals.map(({ sleepMs }) => sleepMs)),
  }
}

function countsOf(judged: readonly Judged[]) {
  const method = weakestMethod(judged.map(({ result }) => result.method))
  const total = (of: (track: Judged) => number): number => sum(judged.map(of))
  return {
    method,
    samples: total(({ integral }) => integral.samples),
    maxGapMs: Math.max(...judged.map(({ integral }) => integral.maxGapMs)),
    resets: total(({ integral }) => integral.resets),
    wraps: total(({ integral }) => integral.wraps),
    stuck: total(({ integral, result }) => integral.stuck + integral.rejected + Number(result.distrusted)),
    // An estimate counts busy time, not energy: it has no counter to show.
    counterStart: method === 'estimate' ? null : sumOrNull(judged.map((track) => counterJ(track, 'counterStartMj'))),
    counterEnd: method === 'estimate' ? null : sumOrNull(judged.map((track) => counterJ(track, 'counterEndMj'))),
    crossCheckRatio: worstRatio(judged.map(({ result }) => result.crossCheckRatio)),
  }
}

function powerOf(judged: readonly Judged[]) {
  const meanW = sum(judged.map(({ integral, result }) => meanWattsOf(integral, result)))
  const worst = judged.map(({ integral }) => uncertaintyOf(integral)).reduce((a, b) => (b.pct > a.pct ? b : a))
  return {
    meanW,
    peakW: Math.max(meanW, sum(judged.map(({ result }) => result.peakW))),
    uncertaintyPct: worst.pct,
    uncertaintyBasis: worst.basis,
  }
}

/** Above idle, for the time that was measured. */
function marginalOf(judged: readonly Judged[], boardJ: number) {
  const idleJ = sumOrNull(judged.map(({ idleW, result }) => idleW && (idleW * result.coveredMs) / 1000))
  return { idleW: sumOrNull(judged.map(({ idleW }) => idleW)), marginalJ: idleJ === null ? null : Math.max(0, boardJ - idleJ) }
}

const counterJ = ({ integral, result }: Judged, end: 'counterStartMj' | 'counterEndMj'): number | null => {
  const mj = result.distrusted ? null : integral[end]
  return mj === null ? null : mj / 1000
}

/** The ratio farthest from agreement. */
const worstRatio = (ratios: readonly (number | null)[]): number | null =>
  ratios.reduce((worst, ratio) => (ratio !== null && (worst === null || Math.abs(ratio - 1) > Math.abs(worst - 1)) ? ratio : worst), null)
