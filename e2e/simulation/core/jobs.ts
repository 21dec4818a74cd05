/** Jobs, plans and machines that are like real ones, without what a simulation has no use for. */
import type { JobSpec } from '../../../shared/contract/job.ts'
import type { Capabilities } from '../../../shared/contract/node.ts'
import type { Plan } from '../../../shared/contract/plan.ts'
import { toIso } from '../../../shared/units.ts'
import { testCapabilities, testSpec } from '../../../main/coordinator/test-work.fake.ts'
import type { Random } from './random.ts'

const ZONE = 'GB-13'

export const capabilitiesOf = (): Capabilities => testCapabilities

export function specOf(random: Random, now: number): JobSpec {
  const onGpu = random.chance(0.7)
  const seconds = random.between(20, random.chance(0.2) ? 900 : 240)
  return testSpec(now, {
    needs: { gpus: onGpu ? 1 : 0, vramBytes: 0, ramBytes: 0 },
    expected: { seconds, watts: onGpu ? 250 : 40 },
    limits: { wallSeconds: 2 * seconds + 60, memoryBytes: 64e6, outputBytes: 1_024, cpus: 1 },
    deadline: toIso(now + (random.chance(0.2) ? random.between(2, 20) * 60_000 : 12 * 3_600_000)),
    price: { microUsdPerHour: '600000', maxMicroUsd: '1000000' },
    ...(random.chance(0.3) ? { lease: 'durable' as const } : {}),
    ...(random.chance(0.3) ? { retries: 2 } : {}),
  })
}

export function planOf(nodeId: string, from: number, { expected }: JobSpec): Plan {
  const run = { from: toIso(from), to: toIso(from + expected.seconds * 1_000) }
  return {
    nodeId,
    zone: ZONE,
    window: run,
    runs: [run],
    gPerKWh: 100,
    expectedGrams: 0.4,
    gramsRange: null,
    expectedMicroUsd: '1000',
    electricity: null,
    chosenBy: 'composite',
    baselineGrams: 0.5,
    score: { total: 0.2, intensity: 0.1, price: 0.1, utilisation: 0 },
    source: 'simulation',
    origin: 'modelled',
    recordedOn: null,
    greenest: null,
  }
}
