/** What physics allows. A proof that breaks one of these rules is refused, whoever signed it. */
import { fromIso } from '../units.ts'
import { type EnergyProof, solarOf } from './energy-proof.ts'

/** Cards overshoot their limit for moments and sensors err; beyond this factor on the power limit nobody believes a mean. */
const MEAN_TOLERANCE = 1.1
/** Millisecond peaks may reach twice the limit. */
const PEAK_TOLERANCE = 2
/** A meter is started a little before the job and stopped a little after it. */
const EDGE_MS = 5_000
/** Readings lag behind the clock by up to this much, so a short interval may hold a little energy of its neighbours. */
const LAG_MS = 1_000
/** Wall clocks are set while a job runs; the monotonic clock may disagree with them by this much. */
const CLOCK_SHARE = 0.02
/** Two ways to measure one device that differ by more than this are not measuring the same thing. */
const CROSS_CHECK = { low: 0.5, high: 2 }
const ROUNDING = 1e-9

export interface Implausibility {
  readonly code: 'time' | 'limit-missing' | 'energy' | 'power' | 'marginal' | 'solar' | 'coverage' | 'counter' | 'cross-check'
  /** One sentence a person can read. */
  readonly message: string
}

const finding = (code: Implausibility['code'], message: string): Implausibility => ({ code, message })
const spanMs = (interval: { readonly from: string; readonly to: string }): number => fromIso(interval.to) - fromIso(interval.from)
const round = (value: number): string => value.toFixed(1)

function* timeFindings(proof: EnergyProof): Generator<Implausibility> {
  const [startedAt, endedAt] = [fromIso(proof.startedAt), fromIso(proof.endedAt)]
  const wallMs = endedAt - startedAt
  if (wallMs <= 0 || proof.durationMs <= 0) return yield finding('time', `It ends at ${proof.endedAt}, which is not after its start at ${proof.startedAt}.`)
  if (proof.durationMs > wallMs * (1 + CLOCK_SHARE) + EDGE_MS)
    yield finding('time', `It claims ${round(proof.durationMs / 1000)} s of run time within ${round(wallMs / 1000)} s.`)
  const outside = proof.intervals.find(({ from, to }) => fromIso(from) < startedAt - EDGE_MS || fromIso(to) > endedAt + EDGE_MS)
  if (outside) yield finding('time', `Energy from ${outside.from} to ${outside.to} was metered outside the run from ${proof.startedAt} to ${proof.endedAt}.`)
  const backwards = proof.intervals.find((interval, index) => spanMs(interval) <= 0 || interval.from < (proof.intervals[index - 1]?.to ?? interval.from))
  if (backwards) yield finding('time', `The interval at ${backwards.from} runs backwards or overlaps the one before.`)
}

function* powerFindings(proof: EnergyProof, limitW: number): Generator<Implausibility> {
  const mostW = limitW * MEAN_TOLERANCE
  // Not the run time: a job that rests for a ceiling of its owner does not run, while its device goes on drawing what it draws idle.
  const meteredMs = proof.intervals.reduce((sum, interval) => sum + spanMs(interval), 0)
  const mostJ = (mostW * (meteredMs + LAG_MS)) / 1000
  if (proof.boardJ > mostJ) yield finding('energy', `${round(proof.boardJ)} J is more than ${round(limitW)} W can use in ${round(meteredMs / 1000)} s.`)
  const hungry = proof.intervals.find((interval) => interval.joules > (mostW * (spanMs(interval) + LAG_MS)) / 1000)
  if (hungry) yield finding('energy', `${round(hungry.joules)} J between ${hungry.from} and ${hungry.to} is more than ${round(limitW)} W can use.`)
  if (proof.meanW > mostW) yield finding('power', `A mean of ${round(proof.meanW)} W is above the limit of ${round(limitW)} W.`)
  if (proof.peakW > limitW * PEAK_TOLERANCE) yield finding('power', `A peak of ${round(proof.peakW)} W is beyond twice the limit of ${round(limitW)} W.`)
}

function* meterFindings(proof: EnergyProof): Generator<Implausibility> {
  if (proof.marginalJ !== null && proof.marginalJ > proof.boardJ * (1 + ROUNDING))
    yield finding('marginal', 'The energy above idle is more than the energy of the whole device.')
  const solar = solarOf(proof)
  if (solar && solar.joules > proof.boardJ * (1 + ROUNDING))
    yield finding('solar', `${round(solar.joules)} J of sunshine is more than the ${round(proof.boardJ)} J that were used.`)
  const shares = proof.intervals.map(({ coverage }) => coverage)
  if (proof.coverage > Math.max(...shares) + ROUNDING || proof.coverage < Math.min(...shares) - ROUNDING)
    yield finding('coverage', 'The coverage of the whole is not between those of its intervals.')
  const fell = proof.counterStart !== null && proof.counterEnd !== null && proof.counterEnd < proof.counterStart
  if (fell && proof.resets + proof.wraps === 0) yield finding('counter', 'The energy counter ran backwards without a reset or a wrap.')
  const ratio = proof.crossCheckRatio
  if (ratio !== null && (ratio < CROSS_CHECK.low || ratio > CROSS_CHECK.high))
    yield finding('cross-check', `Counter and power disagree by a factor of ${round(ratio)}.`)
}

/**
 * Every way in which a proof cannot be true; empty if it can. `knownLimitW` is what the checker itself knows about the
 * devices (their registered power limits, summed); a proof may claim less than that, and never gains by claiming more.
 */
export function implausibilities(proof: EnergyProof, knownLimitW = Number.POSITIVE_INFINITY): readonly Implausibility[] {
  const claimedW = proof.devices.reduce((sum, { powerLimitW }) => sum + powerLimitW, 0)
  const limitW = Math.min(claimedW, knownLimitW)
  const power =
    limitW > 0 ? powerFindings(proof, limitW) : [finding('limit-missing', 'No metered device states a power limit, so its energy cannot be judged.')]
  return [...timeFindings(proof), ...power, ...meterFindings(proof)]
}
