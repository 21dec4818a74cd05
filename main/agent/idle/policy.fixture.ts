import * as fc from 'fast-check'
import { PolicyConfig } from '../../../shared/contract/owner-rules.ts'
import type { Reason } from '../../../shared/contract/policy.ts'
import { type EpochMs, type MonotonicMs, epochMs, monotonicMs } from '../../../shared/units.ts'
import { FRESH, type PolicyMemory } from './memory.ts'
import type { Signals } from './objection.ts'
import { type PolicyDecision, type PolicyInput, type PolicyRequest, decide } from './policy.ts'
import { type FakeSignals, createFakeSignals } from './signals/sources.fake.ts'

/** A Monday noon in London. */
const T0 = Date.parse('2026-03-02T12:00:00.000Z')
const MONO0 = 10_000_000
export const at = (seconds: number): EpochMs => epochMs(T0 + Math.round(seconds * 1_000))
export const mono = (seconds: number): MonotonicMs => monotonicMs(MONO0 + Math.round(seconds * 1_000))

/** What a test lets the machine and its owner do; what is left out stands in the way of nothing. */
export interface Scene extends Partial<FakeSignals> {
  readonly temperatureC?: number | null
  readonly others?: readonly Reason[]
}

function signalsOf(scene: Scene, seconds: number): Signals {
  const { temperatureC = 50, others = [], ...plain } = scene
  const { availableRamBytes: _ram, network: _network, ...told } = createFakeSignals({ monotonic: () => mono(seconds) }, plain).read()
  return { ...told, temperatureC, others }
}

export interface Step {
  /** Seconds since the beginning. */
  readonly s?: number
  readonly scene?: Scene
  readonly config?: Partial<PolicyConfig>
  readonly job?: 'cpu' | 'gpu' | null
  readonly request?: PolicyRequest
}

export const CONFIG = PolicyConfig.parse({})

export function step(memory: PolicyMemory, { s = 0, scene = {}, config = {}, job = null, request }: Step): PolicyDecision {
  const input: PolicyInput = {
    now: at(s),
    mono: mono(s),
    signals: signalsOf(scene, s),
    config: { ...CONFIG, ...config },
    job: job === null ? null : { usesGpu: job === 'gpu' },
  }
  return decide(memory, request ? { ...input, request } : input)
}

/** Plays steps one after the other, from a machine that has just started. */
export function play(steps: readonly Step[], from: PolicyMemory = FRESH): PolicyDecision[] {
  let memory = from
  return steps.map((one) => {
    const decision = step(memory, one)
    memory = decision.state
    return decision
  })
}

export const codes = ({ reasons }: PolicyDecision) => reasons.map(({ code }) => code)

const GPU = { device: 'GPU-1', othersBusy: 0, users: [], memoryFreeBytes: 8e9 } as const
export const QUIET_GPU = { ...GPU, verdict: 'quiet' } as const
export const USED_GPU = { ...GPU, verdict: 'used', users: [{ pid: 7, name: 'blender' }] } as const
export const UNKNOWN_GPU = { ...GPU, verdict: 'unknown', othersBusy: null } as const

const rarely = <T>(usual: T, ...others: T[]): fc.Arbitrary<T> =>
  fc.oneof({ weight: 12, arbitrary: fc.constant(usual) }, ...others.map((value) => ({ weight: 1, arbitrary: fc.constant(value) })))

/** Scenes in which each signal is mostly in nobody's way. */
export const scenes: fc.Arbitrary<Scene> = fc.record({
  inputIdle: fc.oneof({ weight: 6, arbitrary: fc.constant(4_000) }, fc.integer({ min: 0, max: 900 }), fc.constant('unknown' as const)),
  locked: rarely<boolean | 'unknown'>(false, true, 'unknown'),
  fullscreen: rarely<boolean | 'unknown'>(false, true, 'unknown'),
  games: rarely<readonly string[] | 'unknown'>([], ['Factorio'], 'unknown'),
  inhibitors: rarely<readonly string[] | 'unknown'>([], ['mpv'], 'unknown'),
  power: rarely('mains', 'none', 'battery', 'unknown'),
  cpuOthers: rarely<number | 'unknown'>(0.05, 0.9, 'unknown'),
  gpus: rarely<FakeSignals['gpus']>([QUIET_GPU], [], [USED_GPU], [UNKNOWN_GPU]),
  temperatureC: rarely<number | null>(50, null, 82, 90),
  sleep: rarely<FakeSignals['sleep']>({ suspending: false, resumedAt: null }, { suspending: true, resumedAt: null }),
  others: rarely<readonly Reason[]>([], [{ code: 'device-off', message: 'The processor is switched off.', until: null }]),
})
