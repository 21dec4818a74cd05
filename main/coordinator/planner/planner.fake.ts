import { JobSpec } from '../../../shared/contract/job.ts'
import { PlanAnswer } from '../../../shared/contract/plan.ts'
import type { Signal } from '../../../shared/contract/wire.ts'
import { HALF_HOUR_MS, toIso } from '../../../shared/units.ts'
import { aSignal } from '../../../shared/domain/signal.fake.ts'
import type { PlannedJob, PlannerJob, PlannerNode, ZoneOutlook } from './input.ts'
import { planJobs } from './plan.ts'

/** The moment every planner test happens at. */
export const NOW = Date.parse('2026-03-18T12:00:00.000Z')

/** A signal of half hours from {@link NOW} on. */
export const fakeSignal = (zone: string, values: readonly (number | null)[], change: Partial<Signal> = {}): Signal =>
  aSignal({ start: NOW, values, change: { zone, ...change } })

type NodeChange = Partial<Omit<PlannerNode, 'capabilities'>> & { readonly capabilities?: Partial<PlannerNode['capabilities']> }

/** An idle node without a GPU; `name` becomes its id. */
export const fakeNode = (name: string, zone: string, change: NodeChange = {}): PlannerNode => ({
  nodeId: name.padEnd(43, '-'),
  online: true,
  ready: true,
  taken: [],
  availability: null,
  priceMinorPerKWh: null,
  ...change,
  capabilities: {
    agentVersion: '0.1.0',
    os: 'linux',
    arch: 'x64',
    cpu: { model: 'test', cores: 4 },
    ramBytes: 8e9,
    gpus: [],
    cpuPowerLimitW: 65,
    runtimes: [{ name: 'wasm', version: '1' }],
    zone,
    ...change.capabilities,
  },
})

/** One hour at 1 kW before tomorrow noon, in the cleanest window. */
export const fakeSpec = (change: Record<string, unknown> = {}): JobSpec =>
  JobSpec.parse({
    kind: 'data-hash',
    name: 'test',
    runtime: { name: 'wasm', image: `sha256:${'a'.repeat(64)}`, archive: `sha256:${'a'.repeat(64)}` },
    limits: { wallSeconds: 7_200, memoryBytes: 67_108_864, outputBytes: 1_024, cpus: 1 },
    needs: { gpus: 0, vramBytes: 0, ramBytes: 0 },
    deadline: toIso(NOW + 86_400_000),
    expected: { seconds: 3_600, watts: 1_000 },
    price: { microUsdPerHour: '100000', maxMicroUsd: '1000000' },
    carbon: { rule: 'window', capG: null },
    ...change,
  })

/** What is expected of a zone in half hours from {@link NOW} on. */
export const fakeOutlook = (zone: string, values: readonly (number | null)[], change: Partial<ZoneOutlook> = {}): ZoneOutlook => ({
  zone,
  source: 'test',
  origin: 'live',
  recordedOn: null,
  basis: 'direct',
  intensity: values.flatMap((value, slot) => (value === null ? [] : [{ ...halfHour(slot), value, low: null, high: null }])),
  price: null,
  ...change,
})

const halfHour = (slot: number) => ({ from: NOW + slot * HALF_HOUR_MS, to: NOW + (slot + 1) * HALF_HOUR_MS })

/** Published prices in half hours from {@link NOW} on. */
export const fakePrice = (values: readonly number[]): NonNullable<ZoneOutlook['price']> => ({
  currency: 'GBP',
  market: 'wholesale',
  slots: values.map((value, slot) => ({ ...halfHour(slot), value })),
})

/** A job that has just been submitted, with {@link fakeSpec} changed by `spec`. */
export function fakeJob(jobId: string, spec: Record<string, unknown> = {}, change: Partial<PlannerJob> = {}): PlannerJob {
  const parsed = fakeSpec(spec)
  return {
    jobId,
    spec: parsed,
    submittedAt: NOW,
    restMs: parsed.expected.seconds * 1_000,
    progress: 'fresh',
    runsOn: null,
    current: null,
    reroutes: 0,
    ...change,
  }
}

interface Given {
  readonly nodes?: readonly PlannerNode[]
  readonly zones: readonly ZoneOutlook[]
}

/** What becomes of some jobs at {@link NOW}, by default with one idle node in GB. */
export const planAll = (jobs: readonly PlannerJob[], { nodes = [fakeNode('a', 'GB')], zones }: Given): readonly PlannedJob[] =>
  planJobs({ now: NOW, jobs, nodes, zones }).map((planned) => ({ ...planned, answer: PlanAnswer.parse(planned.answer) }))

/** The same for a single one. */
export function planOne(given: Given, spec: Record<string, unknown> = {}, change: Partial<PlannerJob> = {}): PlannedJob {
  const [planned] = planAll([fakeJob('job', spec, change)], given)
  if (!planned) throw new Error('no answer')
  return planned
}

export const answerTo = (...question: Parameters<typeof planOne>): PlanAnswer => planOne(...question).answer

export const fakeGpu = { uuidHash: 'a'.repeat(64), vendor: 'NVIDIA', name: 'test', driver: '1', vramBytes: 8e9, powerLimitW: 300 }
