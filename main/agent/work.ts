import type { AgentJob } from '../../shared/contract/agent.ts'
import type { Presence } from '../../shared/contract/coordinator.ts'
import type { Lease } from '../../shared/contract/job.ts'
import type { RuntimeName } from '../../shared/contract/wire.ts'
import { encodeBase64 } from '../../shared/domain/encoding.ts'
import { WindfallError } from '../../shared/errors.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Ids } from '../kernel/ids.ts'
import type { Logger } from '../kernel/log.ts'
import type { Signer } from '../kernel/signing.ts'
import type { Detection } from './gpu/detect.ts'
import type { GridWatch } from './grid-watch.ts'
import { permissionFor } from './jobs/permission.ts'
import { type Runner, type RunnerDeps, createRunner } from './jobs/runner.ts'
import type { Runtime } from './jobs/runtime.ts'
import type { Meter } from './metering/meter.ts'
import type { News } from './news.ts'
import type { OwnerPolicy } from './owner-policy.ts'
import { type MovedProof, type ProvenResult, type Prover, createProver } from './proofs/prover.ts'
import type { AgentStores } from './stores.ts'

export interface WorkDeps {
  readonly stores: AgentStores
  readonly signer: Signer
  readonly clock: Clock
  readonly ids: Ids
  readonly log: Logger
  readonly runtimes: ReadonlyMap<RuntimeName, Runtime>
  readonly meter: Meter
  readonly detection: Detection
  readonly policy: OwnerPolicy
  readonly grid: GridWatch
  readonly news: News
}

export interface Work {
  readonly runner: Runner
  readonly prover: Prover
  /** True from the moment a job's process may exist until it is gone. */
  readonly running: () => boolean
  /** The job the owner should see: the one that runs, else the one that waits. */
  readonly current: () => AgentJob | null
  /** The lease whose turn is next, if one waits. */
  readonly waiting: () => Lease | null
  readonly presence: () => Presence
  /** How archives are fetched, once a coordinator is known. */
  readonly setFetch: (fetch: (digest: string) => Promise<Uint8Array>) => void
}

const ACTIVE = new Set<AgentJob['state']>(['preparing', 'running', 'collecting'])
/** What the coordinator is told; the finer states are for the owner. */
const SHOWN_STATE = {
  leased: 'waiting',
  waiting: 'waiting',
  preparing: 'preparing',
  running: 'running',
  collecting: 'collecting',
  proving: 'proving',
  submitted: 'proving',
} as const

const held = ({ leaseId, token }: Lease) => ({ leaseId, token })

const noCoordinator = (): Promise<never> => Promise.reject(new WindfallError('unavailable', 'No coordinator is known yet, so the job cannot be fetched.'))

/** What this node does for others: leases in, proofs and failures out. */
export function createWork(deps: WorkDeps): Work {
  const { stores, clock, ids, signer } = deps
  let fetchArchive: (digest: string) => Promise<Uint8Array> = noCoordinator
  const prover = createProver({
    proofs: stores.proofs,
    signer,
    ids,
    clock,
    commit: (result) => storeResult(deps, result),
    waiting: () => stores.outbox.proofs().map(({ item }) => item.envelope),
    replace: (moved) => replaceWaiting(deps, moved),
  })
  const runner = createRunner(runnerDeps(deps, prover, (digest) => fetchArchive(digest)))
  const running = () => stores.jobs.open().some(({ state }) => ACTIVE.has(state))
  return {
    runner,
    prover,
    running,
    current: () => currentJob(deps),
    waiting: () => stores.jobs.open().find(({ state }) => state === 'leased' || state === 'waiting')?.lease ?? null,
    presence: () => presenceOf(deps),
    setFetch: (fetch) => {
      fetchArchive = fetch
    },
  }
}

function runnerDeps(deps: WorkDeps, prover: Prover, fetchArchive: (digest: string) => Promise<Uint8Array>): RunnerDeps {
  const { stores, clock, ids, policy, grid } = deps
  const { outbox } = stores
  return {
    jobs: stores.jobs,
    clock,
    log: deps.log,
    runtimes: deps.runtimes,
    fetchArchive,
    startMeter: (gpu) => deps.meter.start(gpu ? 'gpu' : 'cpu'),
    gpuUuids: () => deps.detection.sources.filter(({ device }) => device.kind === 'gpu' && device.vendor === 'NVIDIA').map(({ device }) => device.uuid),
    permission: (lease) => permissionFor({ reasons: policy.reasons(), closed: grid.gate(lease).reason }),
    atomically: stores.atomically,
    reportStart: (lease) => outbox.add(ids.next(), { kind: 'start', ...held(lease) }, clock.now()),
    reportFailure: (lease, failure) => outbox.add(ids.next(), { kind: 'fail', ...held(lease), ...failure }, clock.now()),
    reportResult: prover.prove,
    changed: () => deps.news.changed('status', 'jobs'),
  }
}

/** The proof, the message that carries it and the job's new state: all of them, or none. */
function storeResult({ stores, ids, clock }: WorkDeps, { lease, facts, output, proof }: ProvenResult): void {
  const { measurement } = facts
  stores.atomically(() => {
    stores.proofs.add(proof)
    stores.outbox.add(
      ids.next(),
      { kind: 'proof', ...held(lease), proofId: proof.proofId, envelope: proof.envelope, output: encodeBase64(output) },
      clock.now(),
    )
    stores.jobs.update(lease.leaseId, {
      state: 'submitted',
      endedAt: Date.parse(facts.endedAt),
      joules: measurement.boardJ,
      method: measurement.method,
      uncertaintyPct: measurement.uncertaintyPct,
      proofId: proof.proofId,
    })
  })
}

/** Signed anew for another place in the chain: the node's copy, the message that waits and the job's view of it change together. */
function replaceWaiting({ stores }: WorkDeps, moved: readonly MovedProof[]): void {
  stores.atomically(() => {
    for (const { id, item } of stores.outbox.proofs()) {
      const proof = moved.find(({ replaces }) => replaces === item.proofId)
      if (!proof) continue
      const { proofId, envelope } = proof
      stores.proofs.replace(item.proofId, proof)
      stores.outbox.replace(id, { ...item, proofId, envelope })
      stores.jobs.update(item.leaseId, { proofId, state: 'submitted', code: null, message: null })
    }
  })
}

/** The job the owner should see: the one that runs, else the one that waits. */
function currentJob({ stores }: WorkDeps): AgentJob | null {
  const open = stores.jobs.open()
  const chosen = open.find(({ state }) => ACTIVE.has(state)) ?? open[0]
  return chosen ? stores.jobs.get(chosen.lease.leaseId) : null
}

/** A lease counts as held until its proof is delivered, so that nobody else gets the job meanwhile. */
function presenceOf({ stores, policy, grid }: WorkDeps): Presence {
  const gate = grid.gate(null)
  const reasons = [...policy.reasons().map(({ code }) => code), ...(gate.reason ? [gate.reason.code] : [])]
  return {
    ready: reasons.length === 0,
    reasons,
    running: stores.jobs
      .open()
      .flatMap(({ lease, state }) => (state in SHOWN_STATE ? [{ ...held(lease), state: SHOWN_STATE[state as keyof typeof SHOWN_STATE] }] : [])),
  }
}
