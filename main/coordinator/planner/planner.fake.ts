import { JobSpec } from '../../../shared/contract/job.ts'
import type { Signal } from '../../../shared/contract/wire.ts'
import { HALF_HOUR_MS, toIso } from '../../../shared/units.ts'
import type { PlannerNode } from './feasibility.ts'

/** The moment every planner test happens at. */
export const NOW = Date.parse('2026-03-18T12:00:00.000Z')

/** A signal of half hours from {@link NOW} on. */
export const fakeSignal = (zone: string, values: readonly (number | null)[], change: Partial<Signal> = {}): Signal => ({
  zone,
  kind: 'average',
  basis: 'direct',
  unit: 'gCO2/kWh',
  price: null,
  source: 'test',
  origin: 'live',
  recordedOn: null,
  issuedAt: toIso(NOW),
  estimated: false,
  bodySha256: '0'.repeat(64),
  attribution: 'test',
  points: values.map((value, slot) => ({ from: toIso(NOW + slot * HALF_HOUR_MS), to: toIso(NOW + (slot + 1) * HALF_HOUR_MS), value, forecast: true })),
  ...change,
})

type NodeChange = Partial<Omit<PlannerNode, 'capabilities'>> & { readonly capabilities?: Partial<PlannerNode['capabilities']> }

/** An idle node without a GPU; `name` becomes its id. */
export const fakeNode = (name: string, zone: string, change: NodeChange = {}): PlannerNode => ({
  nodeId: name.padEnd(43, '-'),
  online: true,
  ready: true,
  busy: false,
  utilisation: 0,
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
    needs: { gpu: false, vramBytes: 0, ramBytes: 0 },
    deadline: toIso(NOW + 86_400_000),
    expected: { seconds: 3_600, watts: 1_000 },
    price: { microUsdPerHour: '100000', maxMicroUsd: '1000000' },
    carbon: { rule: 'window', capG: null },
    ...change,
  })
