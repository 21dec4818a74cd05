/** What a node may say that cannot be, or only just can: a coordinator that believes it issues a receipt whose figures all follow. */
import type { EnergyProof } from '../../shared/domain/energy-proof.ts'
import { fromIso, toIso } from '../../shared/units.ts'
import type { Dice } from './dice.ts'
import type { Oddity } from './plan.ts'

type Interval = EnergyProof['intervals'][number]

const later = (time: string, ms: number): string => toIso(fromIso(time) + ms)
const limitOf = ({ devices }: EnergyProof): number => devices.reduce((sum, { powerLimitW }) => sum + powerLimitW, 0)
const meteredMs = (intervals: readonly Interval[]): number => intervals.reduce((sum, { from, to }) => sum + fromIso(to) - fromIso(from), 0)
const wallMs = ({ startedAt, endedAt }: EnergyProof): number => fromIso(endedAt) - fromIso(startedAt)

/** The same proof with other intervals, which add up. */
function metering(proof: EnergyProof, intervals: readonly Interval[]): EnergyProof {
  return { ...proof, intervals: [...intervals], boardJ: intervals.reduce((sum, { joules }) => sum + joules, 0), marginalJ: null }
}

const alter = (proof: EnergyProof, change: (interval: Interval, index: number) => Interval) => metering(proof, proof.intervals.map(change))

/** Around one or two: the last that holds, the first that does not. */
const around = (bound: number, dice: Dice): number => bound * dice.pick([1, 1 + 2 ** -52, 1 - 2 ** -53, 1 + 1e-9, 1.01, 0.99, 2])

const ODDITIES: Readonly<Record<string, (proof: EnergyProof, dice: Dice) => EnergyProof>> = {
  'one interval': (proof) => metering(proof, [{ from: proof.startedAt, to: proof.endedAt, joules: proof.boardJ, coverage: proof.coverage }]),
  'a gap': (proof, dice) => alter(proof, (one, index) => (index === 0 ? { ...one, to: later(one.to, -dice.pick([1, 500, 9_000])) } : one)),
  'an overlap': (proof) => alter(proof, (one, index) => (index === 1 ? { ...one, from: later(one.from, -1) } : one)),
  'an empty interval': (proof) => alter(proof, (one, index) => (index === 0 ? { ...one, to: one.from } : one)),
  'a later interval': (proof, dice) =>
    alter(proof, (one) => ({ ...one, from: later(one.from, dice.pick([5_000, 5_001])), to: later(one.to, dice.pick([5_000, 5_001])) })),
  'a late start': (proof, dice) => ({ ...proof, startedAt: later(proof.startedAt, dice.pick([1, 4_999, 5_000, 5_001, 1e8])) }),
  'an early start': (proof, dice) => ({ ...proof, startedAt: later(proof.startedAt, -dice.pick([1, 1e5, 1e8])) }),
  'a place in the chain': (proof, dice) => ({ ...proof, seq: dice.pick([1, 2, proof.seq + 1, 2 ** 53 - 1]) }),
  'a predecessor': (proof, dice) => ({ ...proof, prev: dice.pick([null, dice.hex(64)]) }),
  'a run time': (proof, dice) => ({ ...proof, durationMs: dice.pick([0, around(wallMs(proof) * 1.02 + 5_000, dice)]) }),
  'a power limit': (proof, dice) => ({
    ...proof,
    devices: proof.devices.map((device) => ({ ...device, powerLimitW: dice.pick([0, 1, device.powerLimitW / 2]) })),
  }),
  'all energy there can be': (proof, dice) => {
    const mostW = limitOf(proof) * 1.1
    const even = alter(proof, (one) => ({ ...one, joules: around((mostW * (meteredMs([one]) + 1_000)) / 1_000, dice) }))
    return dice.maybe(0.5)
      ? even
      : metering(
          proof,
          proof.intervals.map((one, index) => ({ ...one, joules: index === 0 ? around((mostW * (meteredMs(proof.intervals) + 1_000)) / 1_000, dice) : 0 })),
        )
  },
  'a mean': (proof, dice) => ({ ...proof, meanW: around(limitOf(proof) * 1.1, dice) }),
  'a peak': (proof, dice) => ({ ...proof, peakW: around(limitOf(proof) * 2, dice) }),
  'energy above idle': (proof, dice) => ({ ...proof, marginalJ: around(proof.boardJ, dice) }),
  sunshine: (proof, dice) => (proof.v === 2 ? { ...proof, solarJ: around(proof.boardJ, dice) } : proof),
  coverage: (proof, dice) => ({ ...proof, coverage: Math.min(1, around(proof.coverage, dice)) }),
  'a counter': (proof, dice) => ({ ...proof, counterStart: 9, counterEnd: dice.pick([8, 9, null]), resets: dice.pick([0, 1]), wraps: 0 }),
  'a cross-check': (proof, dice) => ({ ...proof, crossCheckRatio: dice.pick([0, 0.5, 2, around(0.5, dice), around(2, dice)]) }),
  'another node': (proof, dice) => ({ ...proof, nodeId: dice.hex(43) }),
  'another job': (proof, dice) => ({ ...proof, jobId: `job-${dice.hex(8)}` }),
  'another image': (proof, dice) => ({ ...proof, runtime: { ...proof.runtime, image: `sha256:${dice.hex(64)}` } }),
  'numbers beyond all numbers': (proof) => alter(proof, (one) => ({ ...one, joules: 1e308 })),
}

export function pickOddity(dice: Dice): { readonly name: string; readonly oddity: Oddity } {
  const name = dice.pick(Object.keys(ODDITIES))
  const always = dice.maybe(0.5)
  const change = ODDITIES[name]
  return { name, oddity: (proof) => (change && (always || dice.maybe(0.5)) ? change(proof, dice) : proof) }
}
