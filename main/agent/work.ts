import type { AgentJob, RunningJob } from '../../shared/contract/agent-job.ts'
import type { Presence } from '../../shared/contract/node.ts'
import type { Lease } from '../../shared/contract/job.ts'
import type { RuntimeName } from '../../shared/contract/wire.ts'
import { WindfallError } from '../../shared/errors.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Ids } from '../kernel/ids.ts'
import type { Logger } from '../kernel/log.ts'
import type { Signer } from '../kernel/signing.ts'
import type { Devices } from './devices.ts'
import type { GridWatch } from './grid-watch.ts'
import type { Objection, Waiting } from './jobs/may-start.ts'
import type { Checkpoints } from './jobs/checkpoints.ts'
import { type FetchCheckpoint, fetchCheckpoint } from './jobs/checkpoint-travel.ts'
import { type FetchInput, fetchInputs } from './jobs/inputs.ts'
import type { RunnerDeps } from './jobs/attempts.ts'
import { type Runner, createRunner } from './jobs/runner.ts'
import type { Runtime } from './jobs/runtime.ts'
import type { Meter } from './metering/meter.ts'
import type { News } from './news.ts'
import type { OwnerPolicy } from './owner-policy.ts'
import type { Prover, ProverDeps } from './proofs/prover.ts'
import { shownAtWork, shownJob } from './shown-job.ts'
import { createStoredProver } from './stored-prover.ts'
import { HANDOVER_PATIENCE_MS } from './sync/outbox.ts'
import { createHereSince, queueHandover, savedBy } from './work-checkpoints.ts'
import type { AgentStores } from './stores.ts'

export interface WorkDeps {
  readonly stores: AgentStores
  readonly nodeId: string
  readonly signer: Signer
  readonly clock: Clock
  readonly ids: Ids
  readonly log: Logger
  readonly runtimes: ReadonlyMap<RuntimeName, Runtime>
  readonly checkpoints: Pick<Checkpoints, 'importCheckpoint'>
  readonly meter: Meter
  readonly devices: Devices
  readonly policy: OwnerPolicy
  readonly grid: GridWatch
  readonly news: News
  /** Where what jobs say goes while they run. */
  readonly logs: RunnerDeps['logs']
  /** What the owner's own sun gave to an attempt. */
  readonly solar?: ProverDeps['solar']
  /** How the machine is given back, and what may not be loaded meanwhile. */
  readonly giveBack: Pick<RunnerDeps, 'begun' | 'gaveWay' | 'gone' | 'memory' | 'mayFetch'>
}

export interface Work {
  readonly runner: Runner
  readonly prover: Prover
  /** True from the moment a job's process may exist until it is gone. */
  readonly running: () => boolean
  /** The job that is meant by that; `null` if none runs. */
  readonly job: () => { readonly usesGpu: boolean } | null
  /** The job the owner should see: the first that runs, else the one that waits. */
  readonly current: () => AgentJob | null
  /** Every job that runs, as the owner should see it. */
  readonly all: () => RunningJob[]
  /** The lease whose turn is next, if one waits. */
  readonly waiting: () => Lease | null
  readonly presence: () => Presence
  /** Where everything that jobs need comes from, once a coordinator is known. */
  readonly setSource: (source: Partial<JobSource>) => void
  /** What the link to the coordinator has against starting work, once there is one. */
  readonly setGuard: (guard: WorkGuard) => void
}

interface JobSource {
  readonly fetchArchive: RunnerDeps['fetchArchive']
  /** What other nodes have saved. */
  readonly fetchCheckpoint: FetchCheckpoint
  readonly fetchInput: FetchInput
}

export interface WorkGuard {
  /** Against any job on this machine. */
  readonly machine: () => Objection | null
  /** Against this one. */
  readonly lease: (lease: Lease) => Objection | null
}

const OPEN_GUARD: WorkGuard = { machine: () => null, lease: () => null }

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

const NO_SOURCE: JobSource = { fetchArchive: noCoordinator, fetchCheckpoint: noCoordinator, fetchInput: noCoordinator }

/** What this node does for others: leases in, proofs and failures out. */
export function createWork(deps: WorkDeps): Work {
  const { stores } = deps
  let source = NO_SOURCE
  let guard = OPEN_GUARD
  const prover = createStoredProver({ ...deps, handOver: (lease) => queueHandover(deps, lease) })
  const { mayFetch } = deps.giveBack
  const fetch: FetchCheckpoint = (...asked) => source.fetchCheckpoint(...asked)
  const arrival = { ...deps, mayFetch, hereSince: createHereSince(stores), fetch }
  const runner = createRunner({
    ...runnerDeps(deps, prover),
    fetchArchive: (...asked) => source.fetchArchive(...asked),
    fetchCheckpoint: (lease, signal) => fetchCheckpoint(arrival, lease, signal),
    fetchInputs: (lease, signal) => fetchInputs({ mayFetch, fetch: source.fetchInput }, lease, signal),
    objections: (lease) => objectionsTo(deps, guard, lease),
  })
  const active = () => stores.jobs.open().filter(({ state }) => ACTIVE.has(state))
  return {
    runner,
    prover,
    running: () => active().length > 0,
    job: () => (active().length > 0 ? { usesGpu: active().some(({ lease }) => lease.spec.needs.gpus > 0) } : null),
    current: () => {
      const [first] = [...active(), ...stores.jobs.open()]
      return first ? shownJob(deps, runner, first) : null
    },
    all: () => active().flatMap((job) => shownAtWork(deps, runner, job) ?? []),
    waiting: () => stores.jobs.open().find(({ state }) => state === 'leased' || state === 'waiting')?.lease ?? null,
    presence: () => presenceOf(deps, guard),
    setSource: (next) => {
      source = { ...NO_SOURCE, ...next }
    },
    setGuard: (next) => {
      guard = next
    },
  }
}

function runnerDeps(deps: WorkDeps, prover: Prover): Omit<RunnerDeps, 'fetchArchive' | 'fetchCheckpoint' | 'fetchInputs' | 'objections'> {
  const { stores, clock, ids } = deps
  const { outbox } = stores
  return {
    jobs: stores.jobs,
    clock,
    log: deps.log,
    runtimes: deps.runtimes,
    startMeter: deps.meter.start,
    recoverMeasured: deps.meter.recoverMeasured,
    ...deps.giveBack,
    logs: deps.logs,
    machine: deps.devices.machine,
    taken: stores.takenDevices,
    atomically: stores.atomically,
    reportStart: (lease) => outbox.add(ids.next(), { kind: 'start', ...held(lease) }, clock.now()),
    reportFailure: (lease, failure) => {
      if (failure.retry) queueHandover(deps, lease)
      outbox.add(ids.next(), { kind: 'fail', ...held(lease), ...failure }, clock.now())
    },
    reportProven: prover.prove,
    saved: (lease) => savedBy(deps, lease),
    changed() {
      // A job that begins is watched at once, and what kept it away may be over with it.
      deps.policy.wake()
      deps.news.changed('status', 'jobs', 'money')
    },
  }
}

function objectionsTo({ policy, grid }: WorkDeps, guard: WorkGuard, lease: Lease): Omit<Waiting, 'lease'> {
  const [reason] = policy.reasonsNow()
  return { owner: reason ?? lastOne(policy), grid: guard.machine() ?? guard.lease(lease) ?? grid.gate(lease).reason }
}

/** What stands against another job although those that run may go on. */
function lastOne(policy: OwnerPolicy): Objection | null {
  const { finishing, fault } = policy.decision().state
  return finishing ? { code: 'user', message: 'Windfall finishes what runs, then it pauses.' } : fault
}

/** A lease is not given back before what its attempt saved was handed over, or it is too late for that. */
const HANDOVER_MS = 2 * HANDOVER_PATIENCE_MS
/** As many as one report may name. */
const MOST_HELD = 64

/** A lease counts as held until its proof is delivered, so that nobody else gets the job meanwhile; those that run come first. */
function presenceOf({ stores, policy, grid, clock }: WorkDeps, guard: WorkGuard): Presence {
  const closed = [guard.machine(), grid.gate(null).reason].flatMap((objection) => (objection ? [objection.code] : []))
  const last = lastOne(policy)
  const reasons = [...new Set([...policy.reasons().map(({ code }) => code), ...(last ? [last.code] : []), ...closed])]
  const open = stores.jobs.open()
  const running = [...open.filter(({ state }) => state !== 'submitted'), ...open.filter(({ state }) => state === 'submitted')].flatMap(({ lease, state }) =>
    state in SHOWN_STATE ? [{ ...held(lease), state: SHOWN_STATE[state as keyof typeof SHOWN_STATE] }] : [],
  )
  const leaving = stores.outbox.handingOver(clock.now() - HANDOVER_MS).map(({ leaseId, token }) => ({ leaseId, token, state: 'collecting' as const }))
  const isLeaving = new Set(leaving.map(({ leaseId }) => leaseId))
  const others = running.filter(({ leaseId }) => !isLeaving.has(leaseId))
  return { ready: reasons.length === 0, reasons, running: [...leaving, ...others].slice(0, MOST_HELD) }
}
