import type { Lease } from '../../../shared/contract/job.ts'
import type { RuntimeName } from '../../../shared/contract/wire.ts'
import { WindfallError, messageOf } from '../../../shared/errors.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Logger } from '../../kernel/log.ts'
import type { AttemptFacts, MeteredRun } from '../attempt.ts'
import { continuesFrom } from './checkpoint-travel.ts'
import { type Failure, failureOf, failureOfResult } from './failure.ts'
import type { AgentJobState, JobsStore } from './jobs.store.ts'
import { meteredNetwork } from './metered.ts'
import type { PrepareProgress, PrepareRequest, ResumedFrom, RunHooks, RunRequest, RunResult, Runtime } from './runtime.ts'
import type { StandBy } from './stand-by.ts'

/** A device that an attempt works on and is metered by. */
export interface JobDevice {
  readonly deviceId: string
  /** How a container engine names it; empty for a processor. */
  readonly containerIds: readonly string[]
}

export interface AttemptDeps {
  readonly jobs: JobsStore
  readonly clock: Clock
  readonly log: Logger
  readonly runtimes: ReadonlyMap<RuntimeName, Runtime>
  readonly fetchArchive: (digest: string, signal: AbortSignal) => Promise<Uint8Array>
  /** Brings here what another node has saved of the job, if there is such a thing. Error: `network.metered`. */
  readonly fetchCheckpoint: (lease: Lease, signal: AbortSignal) => Promise<void>
  readonly startMeter: (attempt: { readonly attemptId: string; readonly deviceIds: readonly string[] }) => { readonly stop: () => Promise<MeteredRun> }
  /** Whether anything may be loaded now; where it may not, a lease waits for that. */
  readonly mayFetch: () => boolean
  readonly memory: MemoryCheck
  /** An attempt has just made room for its owner. */
  readonly gaveWay: () => void
  /** Nothing of an attempt runs any more. */
  readonly gone: () => void
  /** Runs `work` in one database transaction. */
  readonly atomically: (work: () => void) => void
  /** Durable: after these return, the coordinator will hear of it whatever happens to this process. */
  readonly reportStart: (lease: Lease) => void
  readonly reportFailure: (lease: Lease, failure: Failure) => void
  readonly reportResult: (lease: Lease, facts: AttemptFacts, output: Uint8Array) => Promise<void>
  readonly changed: () => void
}

/** Bytes in use by device id; a device that does not tell is left out. */
export type MemoryUse = ReadonlyMap<string, number>

/** Makes sure that the memory of the devices an attempt worked on is given back. Neither call rejects. */
export interface MemoryCheck {
  /** What is in use before the attempt. */
  readonly before: (deviceIds: readonly string[]) => Promise<MemoryUse>
  /** Settles when it is given back, or when it is clear that it is not; then nothing starts until it is. */
  readonly released: (before: MemoryUse) => Promise<void>
}

/** An attempt from the moment it has its devices until nothing of it is left. */
export interface Active {
  readonly lease: Lease
  readonly devices: readonly JobDevice[]
  readonly deviceIds: readonly string[]
  readonly stop: AbortController
  readonly holding: StandBy
}

function enter(deps: AttemptDeps, lease: Lease, state: AgentJobState, startedAt?: number): void {
  deps.jobs.update(lease.leaseId, { state, code: null, message: null, ...(startedAt === undefined ? {} : { startedAt }) })
  deps.changed()
}

/** Ends an attempt without a proof; its state and the report of it are one. */
export function fail(deps: Pick<AttemptDeps, 'atomically' | 'jobs' | 'reportFailure' | 'clock' | 'changed'>, lease: Lease, failure: Failure): void {
  deps.atomically(() => {
    deps.jobs.update(lease.leaseId, { state: 'failed', code: failure.reason, message: failure.message, endedAt: deps.clock.now() })
    deps.reportFailure(lease, failure)
  })
  deps.changed()
}

/** Fetches, runs, meters and reports one attempt. Never rejects for what the job, the sandbox or the network do. */
export async function runAttempt(deps: AttemptDeps, active: Active): Promise<void> {
  const { lease } = active
  const { signal } = active.stop
  const runtime = deps.runtimes.get(lease.spec.runtime.name)
  try {
    if (!runtime) throw new WindfallError('runtime.unavailable', `This machine cannot run ${lease.spec.runtime.name} jobs.`)
    enter(deps, lease, 'preparing')
    await runtime.prepare(prepareRequest(deps, active), (progress) => showDownload(deps, lease, progress), signal)
    signal.throwIfAborted()
    await deps.fetchCheckpoint(lease, signal)
    signal.throwIfAborted()
    await measure(deps, active, runtime)
  } catch (error) {
    if (isCancelled(deps, lease)) return
    if (isMetered(error) && !signal.aborted) return waitFor(deps, lease, { code: 'metered', message: messageOf(error) })
    fail(deps, lease, failureOf(error, signal))
  }
}

const isMetered = (error: unknown): boolean => error instanceof WindfallError && error.code === 'network.metered'

/** Leaves a lease waiting, with the reason in words. */
export function waitFor(deps: Pick<AttemptDeps, 'jobs' | 'changed'>, { leaseId }: Lease, why: { readonly code: string; readonly message: string }): void {
  const { code, message } = why
  const known = deps.jobs.get(leaseId)
  if (known?.state === 'waiting' && known.code === code && known.message === message) return
  deps.jobs.update(leaseId, { state: 'waiting', code, message })
  deps.changed()
}

const prepareRequest = ({ fetchArchive, mayFetch }: AttemptDeps, active: Active): PrepareRequest => ({
  runtime: active.lease.spec.runtime,
  gpu: requestOf(active).gpuUuids.length > 0,
  mayFetch,
  fetchArchive: async (digest, signal) => {
    if (!mayFetch()) throw meteredNetwork()
    return fetchArchive(digest, signal)
  },
})

/** In whole tenths, so that a large image does not write to the disk with every packet. */
function showDownload(deps: AttemptDeps, lease: Lease, { receivedBytes, totalBytes }: PrepareProgress): void {
  const job = deps.jobs.get(lease.leaseId)
  if (job?.state !== 'preparing' || totalBytes === null || totalBytes === 0) return
  const message = `Fetches what the job runs: ${Math.floor((receivedBytes / totalBytes) * 10) * 10} %.`
  if (job.message === message) return
  deps.jobs.update(lease.leaseId, { message })
  deps.changed()
}

function begin(deps: AttemptDeps, lease: Lease, from: ResumedFrom | null): void {
  if (isCancelled(deps, lease)) return
  enter(deps, lease, 'running', deps.clock.now())
  if (from) deps.jobs.update(lease.leaseId, { message: continuesFrom(lease, from) })
  deps.reportStart(lease)
}

/** The meter begins a moment before the job and ends a moment after it. */
async function measure(deps: AttemptDeps, active: Active, runtime: Runtime): Promise<void> {
  const { lease, deviceIds } = active
  const before = await deps.memory.before(deviceIds)
  const session = deps.startMeter({ attemptId: lease.attemptId, deviceIds })
  const running = runMetered(deps, active, { runtime, session })
  const isOver = running.then(deps.gone, deps.gone)
  const released = isOver.then(() => deps.memory.released(before))
  try {
    await settle(deps, active, { session, result: await running })
  } finally {
    await released
  }
}

export interface MeterSession {
  readonly stop: () => Promise<MeteredRun>
}

/** Concludes the measurement, and reports what came of the attempt. */
export async function settle(
  deps: AttemptDeps,
  { lease, stop, holding }: Active,
  { session, result }: { readonly session: MeterSession; readonly result: RunResult },
) {
  const restedMs = holding.end()
  const measured = await session.stop()
  if (isCancelled(deps, lease)) return
  const failure = failureOfResult(result, stop.signal)
  if (failure) return fail(deps, lease, failure)
  enter(deps, lease, 'proving')
  const facts = { ...measured, durationMs: workedMs(measured, restedMs), exitCode: result.exitCode, outputSha256: result.outputSha256 }
  await deps.reportResult(lease, facts, result.output)
}

/**
 * A requester pays for the time a job worked, not for the rest that its owner's ceiling asked for: otherwise a capped card would be
 * paid more for the same work. The energy of the rest stays in the proof, because it was drawn for this job.
 */
const workedMs = ({ durationMs }: MeteredRun, restedMs: number): number => Math.max(1, durationMs - restedMs)

export const requestOf = ({ lease: { attemptId, jobId, leaseId, spec }, devices }: Active): RunRequest => ({
  attemptId,
  jobId,
  leaseId,
  image: spec.runtime.image,
  args: spec.args,
  env: spec.env,
  limits: spec.limits,
  checkpoints: spec.checkpoints,
  gpuUuids: devices.flatMap(({ containerIds }) => containerIds),
})

/** What a sandbox tells of an attempt. A GPU may compute on when its job has next to no processor left: of that one only the end counts. */
export const hooksOf = (deps: AttemptDeps, { jobId, spec }: Lease, onStarted: RunHooks['onStarted']): RunHooks => ({
  onStarted,
  onLog: (line) => deps.log.debug({ jobId, line }, 'job output'),
  onSlowed: () => {
    if (!spec.needs.gpu) deps.gaveWay()
  },
})

async function runMetered(
  deps: AttemptDeps,
  active: Active,
  { runtime, session }: { readonly runtime: Runtime; readonly session: MeterSession },
): Promise<RunResult> {
  const { lease, holding, stop } = active
  let from: ResumedFrom | null = null
  const onResumed = (kept: ResumedFrom) => void (from = kept)
  const hooks = hooksOf(deps, lease, (job) => {
    begin(deps, lease, from)
    holding.attach(job)
  })
  try {
    return await runtime.run(requestOf(active), { ...hooks, onResumed }, stop.signal)
  } catch (error) {
    holding.end()
    await session.stop()
    throw error
  }
}

export const isCancelled = (deps: AttemptDeps, lease: Lease): boolean => ['cancelled', 'lost'].includes(deps.jobs.get(lease.leaseId)?.state ?? 'lost')
