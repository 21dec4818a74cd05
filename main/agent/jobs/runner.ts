import type { Lease } from '../../../shared/contract/job.ts'
import type { RuntimeName } from '../../../shared/contract/wire.ts'
import { WindfallError, messageOf } from '../../../shared/errors.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Logger } from '../../kernel/log.ts'
import type { AttemptFacts, MeteredRun } from '../attempt.ts'
import { type Failure, INTERRUPTED, failureOf, failureOfResult } from './failure.ts'
import type { AgentJobState, JobsStore } from './jobs.store.ts'
import type { Permission } from './permission.ts'
import type { PrepareProgress, RunRequest, RunResult, Runtime } from './runtime.ts'

export interface RunnerDeps {
  readonly jobs: JobsStore
  readonly clock: Clock
  readonly log: Logger
  readonly runtimes: ReadonlyMap<RuntimeName, Runtime>
  readonly fetchArchive: (digest: string, signal: AbortSignal) => Promise<Uint8Array>
  readonly startMeter: (gpu: boolean) => { readonly stop: () => Promise<MeteredRun> }
  readonly gpuUuids: () => readonly string[]
  readonly permission: (lease: Lease) => Permission
  /** Runs `work` in one database transaction. */
  readonly atomically: (work: () => void) => void
  /** Durable: after these return, the coordinator will hear of it whatever happens to this process. */
  readonly reportStart: (lease: Lease) => void
  readonly reportFailure: (lease: Lease, failure: Failure) => void
  readonly reportResult: (lease: Lease, facts: AttemptFacts, output: Uint8Array) => Promise<void>
  readonly changed: () => void
}

const POLL_MS = 500

export interface Runner {
  /** Takes a lease on; a repeated offer of the same lease changes nothing. */
  readonly offer: (lease: Lease) => void
  /** The coordinator took the lease back. */
  readonly cancel: (leaseId: string, reason: string) => void
  /** Stops the attempt that is running, so that the owner has the machine back. */
  readonly yieldNow: (reason: string) => void
  readonly run: (signal: AbortSignal) => Promise<void>
}

/** Runs leases one after another, from arrival to a signed proof or a reported failure. */
export function createRunner(deps: RunnerDeps): Runner {
  const { jobs, clock } = deps
  const stops = new Map<string, AbortController>()
  const stop = (leaseId: string, reason: string) => stops.get(leaseId)?.abort(reason)
  return {
    offer(lease) {
      if (jobs.add(lease, clock.now()) === 'inserted') deps.changed()
    },
    cancel(leaseId, reason) {
      const job = jobs.get(leaseId)
      if (!job || !['leased', 'waiting', 'preparing', 'running', 'collecting', 'proving'].includes(job.state)) return
      jobs.update(leaseId, { state: reason === 'lost' ? 'lost' : 'cancelled', code: reason, message: cancelText(reason), endedAt: clock.now() })
      stop(leaseId, 'cancelled')
      deps.changed()
    },
    yieldNow: (reason) => {
      for (const leaseId of stops.keys()) stop(leaseId, reason)
    },
    async run(signal) {
      await recover(deps, signal)
      do await runNext(deps, stops, signal)
      while (await clock.sleep(POLL_MS, signal))
    },
  }
}

const CANCEL_TEXTS: Readonly<Record<string, string>> = {
  lost: 'The coordinator gave this job to someone else, because this machine was silent for too long.',
  expired: 'The deadline of this job has passed.',
}
const cancelText = (reason: string): string => CANCEL_TEXTS[reason] ?? 'The requester cancelled this job.'

/** After a crash an attempt that was under way cannot be proven, so it is handed back; one that had not begun goes on. */
async function recover(deps: RunnerDeps, signal: AbortSignal): Promise<void> {
  const interrupted = deps.jobs.open().filter(({ state }) => !['leased', 'waiting', 'submitted'].includes(state))
  await sweep(
    deps,
    interrupted.map(({ lease }) => lease.attemptId),
    signal,
  )
  for (const { lease } of interrupted) fail(deps, lease, INTERRUPTED)
}

async function sweep(deps: RunnerDeps, attemptIds: readonly string[], signal: AbortSignal): Promise<void> {
  if (attemptIds.length === 0) return
  for (const runtime of deps.runtimes.values()) {
    try {
      await runtime.sweep(attemptIds, signal)
    } catch (error) {
      deps.log.warn({ runtime: runtime.name, reason: messageOf(error) }, 'leftovers of an interrupted attempt could not be removed')
    }
  }
}

async function runNext(deps: RunnerDeps, stops: Map<string, AbortController>, signal: AbortSignal): Promise<void> {
  const next = deps.jobs.open().find((job) => job.state === 'leased' || job.state === 'waiting')
  if (!next) return
  const { lease } = next
  const permission = deps.permission(lease)
  if (!permission.granted) return wait(deps, lease, permission)
  const stop = new AbortController()
  const onShutdown = () => stop.abort('agent.stopped')
  signal.addEventListener('abort', onShutdown, { once: true })
  stops.set(lease.leaseId, stop)
  try {
    await attempt(deps, lease, stop.signal)
  } finally {
    signal.removeEventListener('abort', onShutdown)
    stops.delete(lease.leaseId)
    deps.changed()
  }
}

function wait(deps: RunnerDeps, lease: Lease, { code, message }: { readonly code: string; readonly message: string }): void {
  const known = deps.jobs.get(lease.leaseId)
  if (known?.state === 'waiting' && known.code === code && known.message === message) return
  deps.jobs.update(lease.leaseId, { state: 'waiting', code, message })
  deps.changed()
}

function enter(deps: RunnerDeps, lease: Lease, state: AgentJobState, startedAt?: number): void {
  deps.jobs.update(lease.leaseId, { state, code: null, message: null, ...(startedAt === undefined ? {} : { startedAt }) })
  deps.changed()
}

function fail(deps: RunnerDeps, lease: Lease, failure: Failure): void {
  deps.atomically(() => {
    deps.jobs.update(lease.leaseId, { state: 'failed', code: failure.reason, message: failure.message, endedAt: deps.clock.now() })
    deps.reportFailure(lease, failure)
  })
  deps.changed()
}

async function attempt(deps: RunnerDeps, lease: Lease, signal: AbortSignal): Promise<void> {
  const runtime = deps.runtimes.get(lease.spec.runtime.name)
  try {
    if (!runtime) throw new WindfallError('runtime.unavailable', `This machine cannot run ${lease.spec.runtime.name} jobs.`)
    enter(deps, lease, 'preparing')
    await runtime.prepare({ runtime: lease.spec.runtime, fetchArchive: deps.fetchArchive }, (progress) => showDownload(deps, lease, progress), signal)
    signal.throwIfAborted()
    await measure(deps, lease, runtime, signal)
  } catch (error) {
    if (isCancelled(deps, lease)) return
    fail(deps, lease, failureOf(error, signal))
  }
}

/** In whole tenths, so that a large image does not write to the disk with every packet. */
function showDownload(deps: RunnerDeps, lease: Lease, { receivedBytes, totalBytes }: PrepareProgress): void {
  const job = deps.jobs.get(lease.leaseId)
  if (job?.state !== 'preparing' || totalBytes === null || totalBytes === 0) return
  const message = `Fetches what the job runs: ${Math.floor((receivedBytes / totalBytes) * 10) * 10} %.`
  if (job.message === message) return
  deps.jobs.update(lease.leaseId, { message })
  deps.changed()
}

function begin(deps: RunnerDeps, lease: Lease): void {
  if (isCancelled(deps, lease)) return
  enter(deps, lease, 'running', deps.clock.now())
  deps.reportStart(lease)
}

/** The meter begins a moment before the job and ends a moment after it. */
async function measure(deps: RunnerDeps, lease: Lease, runtime: Runtime, signal: AbortSignal): Promise<void> {
  const session = deps.startMeter(lease.spec.needs.gpu)
  const result = await runMetered(deps, lease, { runtime, session }, signal)
  const measured = await session.stop()
  if (isCancelled(deps, lease)) return
  const failure = failureOfResult(result, signal)
  if (failure) return fail(deps, lease, failure)
  enter(deps, lease, 'proving')
  await deps.reportResult(lease, { ...measured, exitCode: result.exitCode, outputSha256: result.outputSha256 }, result.output)
}

const requestOf = ({ attemptId, jobId, leaseId, spec }: Lease, gpuUuids: readonly string[]): RunRequest => ({
  attemptId,
  jobId,
  leaseId,
  image: spec.runtime.image,
  args: spec.args,
  env: spec.env,
  limits: spec.limits,
  gpuUuids,
})

async function runMetered(
  deps: RunnerDeps,
  lease: Lease,
  { runtime, session }: { runtime: Runtime; session: { stop: () => Promise<MeteredRun> } },
  signal: AbortSignal,
): Promise<RunResult> {
  const hooks = { onStarted: () => begin(deps, lease), onLog: (line: string) => deps.log.debug({ jobId: lease.jobId, line }, 'job output') }
  try {
    return await runtime.run(requestOf(lease, lease.spec.needs.gpu ? deps.gpuUuids() : []), hooks, signal)
  } catch (error) {
    await session.stop()
    throw error
  }
}

const isCancelled = (deps: RunnerDeps, lease: Lease): boolean => ['cancelled', 'lost'].includes(deps.jobs.get(lease.leaseId)?.state ?? 'lost')
