import { JobSpec } from '../../../../shared/contract/job.ts'
import { toIso } from '../../../../shared/units.ts'
import type { PlannerJob, PlannerNode, ZoneOutlook } from '../input.ts'
import { planJobs, preparePlanner } from '../plan.ts'
import { gaussian } from './noise.ts'

/** A whole round: everything that waits is planned. */
interface WholeRound {
  readonly waitingJobs: number
  readonly nodes: number
  readonly placed: number
  readonly roundMs: number
}

export interface RoundSpeed {
  readonly zones: number
  readonly slots: number
  /** With few jobs, with not nearly places enough, and with enough of them. */
  readonly rounds: readonly WholeRound[]
  /** The median and the 99th percentile of one job that arrives while all nodes are free. */
  readonly arrivalMs: { readonly median: number; readonly p99: number }
}

const SLOT_MS = 1_800_000
const [ZONES, SLOTS] = [20, 96]
const FEW_NODES = 200
const ROUNDS = [
  { waitingJobs: 500, nodes: FEW_NODES },
  { waitingJobs: 10_000, nodes: FEW_NODES },
  { waitingJobs: 10_000, nodes: 2_000 },
]
const SEED = 6
const DIGEST = `sha256:${'0'.repeat(64)}`

const zoneOf = (index: number): string => `Z${String.fromCharCode(65 + index)}`

const zones: readonly ZoneOutlook[] = Array.from({ length: ZONES }, (_, zone) => ({
  zone: zoneOf(zone),
  source: 'made up',
  origin: 'modelled',
  recordedOn: null,
  basis: 'direct',
  intensity: Array.from({ length: SLOTS }, (__, slot) => ({
    from: slot * SLOT_MS,
    to: (slot + 1) * SLOT_MS,
    value: Math.max(1, 100 + 20 * zone + 60 * Math.cos((slot / 48 + zone / ZONES) * 2 * Math.PI) + 20 * gaussian(SEED, zone, slot)),
    low: null,
    high: null,
  })),
  price: null,
}))

const nodeOf = (node: number): PlannerNode => ({
  nodeId: `node-${node}`,
  online: true,
  ready: true,
  taken: [],
  availability: null,
  priceMinorPerKWh: null,
  capabilities: {
    agentVersion: '0',
    os: 'linux',
    arch: 'any',
    cpu: { model: 'any', cores: 4 },
    ramBytes: 8e9,
    gpus: [],
    cpuPowerLimitW: 65,
    runtimes: [{ name: 'wasm', version: '1' }],
    zone: zoneOf(node % ZONES),
  },
})

/** Every second job may pause; they last half an hour to a day and have that long again, and up to a day more. */
function jobOf(index: number): PlannerJob {
  const [one, two] = [Math.abs(gaussian(SEED, 1, index)), Math.abs(gaussian(SEED, 2, index))]
  const durationMs = Math.round(Math.min(48, 1 + 12 * one)) * SLOT_MS
  const spec = JobSpec.parse({
    kind: 'data-hash',
    name: 'bench',
    runtime: { name: 'wasm', image: DIGEST, archive: DIGEST },
    limits: { wallSeconds: 604_800, memoryBytes: 67_108_864, outputBytes: 1_024, cpus: 1 },
    checkpoints: true,
    interruptible: index % 2 === 0 ? {} : null,
    needs: { gpus: 0, vramBytes: 0, ramBytes: 0 },
    deadline: toIso(Math.min(SLOTS * SLOT_MS, durationMs * 2 + Math.round(24 * two) * SLOT_MS)),
    expected: { seconds: durationMs / 1_000, watts: 300 },
    price: { microUsdPerHour: '100000', maxMicroUsd: '100000000' },
    carbon: { rule: 'window', capG: null },
  })
  return { jobId: `job-${index}`, spec, submittedAt: 0, restMs: durationMs, progress: 'fresh', runsOn: null, current: null, reroutes: 0 }
}

function timed(run: () => unknown): number {
  const started = performance.now()
  run()
  return performance.now() - started
}

function measureRound({ waitingJobs, nodes: count }: Pick<WholeRound, 'waitingJobs' | 'nodes'>): WholeRound {
  const [jobs, nodes] = [listOf(waitingJobs, jobOf), listOf(count, nodeOf)]
  const plan = () => planJobs({ now: 0, jobs, nodes, zones })
  const placed = plan().filter(({ answer }) => answer.plan !== null).length
  return { waitingJobs, nodes: count, placed, roundMs: timed(plan) }
}

const listOf = <T>(length: number, make: (index: number) => T): readonly T[] => Array.from({ length }, (_, index) => make(index))

/** How long rounds of planning take, from plain data to answers: everything that waits, and single arrivals on nodes and zones that are known. */
export function measureRounds(): RoundSpeed {
  const jobs = listOf(500, jobOf)
  const planner = preparePlanner({ now: 0, nodes: listOf(FEW_NODES, nodeOf), zones })
  planner(jobs.slice(0, 100))
  const sorted = jobs.map((job) => Math.min(...[1, 2, 3].map(() => timed(() => planner([job]))))).toSorted((a, b) => a - b)
  return {
    zones: ZONES,
    slots: SLOTS,
    rounds: ROUNDS.map(measureRound),
    arrivalMs: { median: sorted[sorted.length >> 1] ?? Number.NaN, p99: sorted[Math.floor(sorted.length * 0.99)] ?? Number.NaN },
  }
}
