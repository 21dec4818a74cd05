import { type Measurement, type ProofDevice, weakestMethod } from '../../../shared/domain/energy-proof.ts'
import { toIso } from '../../../shared/units.ts'
import { sha256Hex } from '../../kernel/signing.ts'
import type { MeteredRun } from '../attempt.ts'
import type { DeviceIdentity, PowerSource } from '../power-source.ts'
import { type Integral, joulesOf } from './energy.ts'
import { intervalsOf, shareOf } from './slots.ts'
import { crossCheckOf, methodOf, uncertaintyOf } from './uncertainty.ts'

/** SHA-256 of the UUID followed by the node id, in hex: the same card is recognised, but only within one node. */
export const uuidHashOf = (uuid: string, nodeId: string): string => sha256Hex(uuid + nodeId)

/** More than any graphics card or processor package draws today; used where the device does not tell its own limit. */
const CEILING_W: Readonly<Record<DeviceIdentity['kind'], number>> = { gpu: 600, cpu: 500 }

export const limitOf = ({ kind, powerLimitW }: DeviceIdentity): number => powerLimitW ?? CEILING_W[kind]

const proofDevice = (device: DeviceIdentity, nodeId: string): ProofDevice => ({
  uuidHash: uuidHashOf(device.uuid, nodeId),
  kind: device.kind,
  vendor: device.vendor.slice(0, 60),
  name: device.name.slice(0, 120),
  driver: device.driver.slice(0, 60),
  powerLimitW: limitOf(device),
})

/** What was recorded of one device, from start to end. */
interface Track {
  readonly source: PowerSource
  readonly integral: Integral
}

export interface Recording {
  readonly nodeId: string
  readonly tracks: readonly Track[]
  readonly startWall: number
  readonly everyMs: number
  readonly shared: boolean
  readonly sampleLog: Uint8Array
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
const sumOrNull = (values: readonly (number | null)[]): number | null => (values.some((value) => value === null) ? null : sum(values.map(Number)))

/**
 * Turns a recording into what the proof says. Devices are integrated each on their own and added up; the weakest sets method and
 * uncertainty.
 */
export function concludeRun(recording: Recording): MeteredRun {
  const integrals = recording.tracks.map(({ integral }) => integral)
  const whole = { from: recording.startWall, to: Math.max(...integrals.map(({ wallMs }) => wallMs)) }
  const slots = integrals.map((integral) => integral.slots)
  const intervals = intervalsOf(slots, whole).map(({ from, to, ...energy }) => ({ from: toIso(from), to: toIso(to), ...energy }))
  const boardJ = sum(intervals.map(({ joules }) => joules))
  const coverage = shareOf(slots.flat(), (whole.to - whole.from) * integrals.length)
  return {
    measurement: { ...figuresOf(recording, integrals), intervals, boardJ, coverage },
    startedAt: intervals[0]?.from ?? toIso(whole.from),
    endedAt: intervals.at(-1)?.to ?? toIso(whole.to),
    durationMs: Math.max(...integrals.map(({ spanMs }) => spanMs)),
    sleepMs: Math.max(...integrals.map(({ sleepMs }) => sleepMs)),
    sampleLog: recording.sampleLog,
  }
}

function figuresOf(
  { tracks, nodeId, everyMs, shared, sampleLog }: Recording,
  integrals: readonly Integral[],
): Omit<Measurement, 'intervals' | 'boardJ' | 'coverage'> {
  const meanW = sum(integrals.map(meanWattsOf))
  const method = weakestMethod(integrals.map(methodOf))
  const worst = tracks.map(({ integral, source }) => uncertaintyOf(integral, source.sensor)).reduce((a, b) => (b.pct > a.pct ? b : a))
  return {
    devices: tracks.map(({ source }) => proofDevice(source.device, nodeId)),
    method,
    marginalJ: null,
    idleW: null,
    meanW,
    peakW: Math.max(meanW, sum(integrals.map(({ peakW }) => peakW))),
    samples: sum(integrals.map(({ samples }) => samples)),
    expectedSamples: sum(integrals.map((integral) => Math.floor(integral.spanMs / everyMs) + 2)),
    maxGapMs: Math.max(...integrals.map(({ maxGapMs }) => maxGapMs)),
    resets: sum(integrals.map(({ resets }) => resets)),
    wraps: sum(integrals.map(({ wraps }) => wraps)),
    stuck: sum(integrals.map(({ stuck, rejected }) => stuck + rejected)),
    // An estimate counts busy time, not energy: it has no counter to show.
    counterStart: method === 'estimate' ? null : counterJ(integrals, 'counterStartMj'),
    counterEnd: method === 'estimate' ? null : counterJ(integrals, 'counterEndMj'),
    crossCheckRatio: worstRatio(integrals),
    uncertaintyPct: worst.pct,
    uncertaintyBasis: worst.basis,
    shared,
    sampleLogSha256: sha256Hex(sampleLog),
  }
}

/** Over the measured time and one update of the sensor, because a counter may hand over what it gathered before the first reading. */
function meanWattsOf(integral: Integral): number {
  const coveredMs = integral.counterMs + integral.powerMs
  return coveredMs > 0 ? joulesOf(integral) / ((coveredMs + integral.device.sensor.updateMs) / 1000) : 0
}

const counterJ = (integrals: readonly Integral[], end: 'counterStartMj' | 'counterEndMj'): number | null =>
  sumOrNull(integrals.map((integral) => (integral[end] === null ? null : integral[end] / 1000)))

/** The ratio farthest from agreement. */
const worstRatio = (integrals: readonly Integral[]): number | null =>
  integrals.map(crossCheckOf).reduce((worst, ratio) => (ratio !== null && (worst === null || Math.abs(ratio - 1) > Math.abs(worst - 1)) ? ratio : worst), null)
