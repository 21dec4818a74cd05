import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { EnergyProof, type Measurement } from '../../../shared/domain/energy-proof.ts'
import { implausibilities } from '../../../shared/domain/plausibility.ts'
import { createFakeClock } from '../../kernel/clock.fake.ts'
import type { MeteredRun } from '../attempt.ts'
import { type PowerSource, emptySample } from '../power-source.ts'
import { uuidHashOf } from './measurement.ts'
import { NODE, TEST_CARD } from './meter.fixture.ts'
import { createMeter } from './meter.ts'

const HASH = 'a'.repeat(64)
const NO_SAMPLES = { recover: () => null, read: () => null, readPacked: async () => null, tidy: async () => undefined }

const proofOf = ({ measurement, startedAt, endedAt, durationMs, sleepMs }: MeteredRun): EnergyProof =>
  EnergyProof.parse({
    v: 1,
    proofId: 'p',
    nodeId: NODE,
    jobId: 'j',
    attemptId: 'a',
    leaseId: 'l',
    seq: 1,
    prev: null,
    startedAt,
    endedAt,
    durationMs,
    sleepMs,
    ...measurement,
    runtime: { name: 'wasm', image: `sha256:${HASH}` },
    exitCode: 0,
    outputSha256: HASH,
    evidence: 'software',
  })

interface Load {
  readonly method: Exclude<Measurement['method'], 'mixed'>
  readonly startMs: number
  readonly phases: readonly { readonly ms: number; readonly watts: number; readonly sleepMs: number; readonly silent: boolean }[]
}

/** Runs a load under a sensor that renews its counter every 100 ms, as real ones do. */
async function meterLoad({ method, startMs, phases }: Load): Promise<MeteredRun> {
  const clock = createFakeClock()
  let [truthMj, phase, silent] = [0, phases[0], false]
  let [counterMj, settledAt] = [0, 0]
  const settle = () => {
    for (; settledAt + 100 <= clock.monotonic(); settledAt += 100) {
      truthMj += (phase?.watts ?? 0) * 100
      counterMj = truthMj
    }
  }
  const source: PowerSource = {
    device: TEST_CARD,
    method,
    reader: 'test',
    sensor: { updateMs: 100, uncertaintyPct: 7, basis: 'test', wrapMj: null, power: method === 'power-instant' ? 'power-instant' : 'power-average' },
    rest: null,
    sample: async () => {
      settle()
      const at = { mono: clock.monotonic(), wall: clock.now() }
      return silent
        ? emptySample(at, 'unavailable')
        : { ...emptySample(at, 'ok'), energyMj: method.startsWith('power') ? null : counterMj, powerMw: (phase?.watts ?? 0) * 1000 }
    },
  }
  const samples = { ...NO_SAMPLES, open: () => ({ writer: { add: () => undefined, end: () => ({ sha256: HASH, unsaved: new Uint8Array() }) }, left: null }) }
  const days = { put: () => undefined, get: (day: number, deviceId: string) => ({ day, deviceId, joules: 0, jobJoules: 0, coveredMs: 0 }) }
  const meter = createMeter({ sources: () => [source], clock, nodeId: NODE, isOwnProcess: () => true, onReading: () => undefined, samples, days })
  await clock.advance(startMs)
  const session = meter.start({ attemptId: 'a', deviceIds: [uuidHashOf(source.device.uuid, NODE)] })
  for (const next of phases) {
    settle()
    ;[phase, silent] = [next, next.silent]
    await clock.advance(next.ms)
    clock.jump(next.sleepMs)
  }
  return session.stop()
}

const rarely = <T>(usual: T, other: fc.Arbitrary<T>) => fc.oneof({ weight: 8, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: other })
const phases = fc.array(
  fc.record({
    ms: fc.oneof(fc.integer({ min: 1, max: 150 }), fc.integer({ min: 1, max: 9_000 })),
    watts: fc.integer({ min: 8, max: 450 }),
    sleepMs: rarely(0, fc.integer({ min: -4_000_000, max: 4_000_000 })),
    silent: rarely(false, fc.constant(true)),
  }),
  { minLength: 1, maxLength: 6 },
)

test('what an honest meter measures is never called impossible', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('counter' as const, 'power-average' as const, 'power-instant' as const),
      fc.integer({ min: 0, max: 1_800_000 }),
      phases,
      async (method, startMs, load) => {
        expect(implausibilities(proofOf(await meterLoad({ method, startMs, phases: load })))).toEqual([])
      },
    ),
    { numRuns: 300 },
  )
})
