import type { Lease } from '../../../shared/contract/job.ts'
import { WindfallError, messageOf } from '../../../shared/errors.ts'
import type { GivenBack, MeteredRun } from '../attempt.ts'
import type { Active, AttemptDeps, MeterSession } from './attempt-deps.ts'
import { enter, fail, isCancelled, waitFor } from './attempt-state.ts'
import { continuesFrom } from './checkpoint-travel.ts'
import { failureOf, failureOfResult, withoutProof } from './failure.ts'
import { meteredNetwork } from './metered.ts'
import type { InputFile, PrepareProgress, PrepareRequest, ResumedFrom, RunHooks, RunRequest, RunResult, Runtime } from './runtime.ts'

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
    const inputs = await deps.fetchInputs(lease, signal)
    signal.throwIfAborted()
    await measure(deps, active, { runtime, inputs })
  } catch (error) {
    if (isCancelled(deps, lease)) return
    if (isMetered(error) && !signal.aborted) return waitFor(deps, lease, { code: 'metered', message: messageOf(error) })
    fail(deps, lease, failureOf(error, signal))
  }
}

const isMetered = (error: unknown): boolean => error instanceof WindfallError && error.code === 'network.metered'

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
  const message = `Fetches what the job runs: ${Math.floor((receivedBytes / totalBytes) * 10) * 10}%.`
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

interface Sandbox {
  readonly runtime: Runtime
  readonly inputs: readonly InputFile[]
}

/** The meter begins a moment before the job and ends a moment after it. */
async function measure(deps: AttemptDeps, active: Active, sandbox: Sandbox): Promise<void> {
  const {
    lease: { attemptId },
    deviceIds,
  } = active
  const before = await deps.memory.before(deviceIds)
  const session = deps.startMeter({ attemptId, deviceIds })
  deps.begun(attemptId)
  const running = runMetered(deps, active, { ...sandbox, session })
  const gone = () => deps.gone(attemptId)
  const released = running.then(gone, gone).then(() => deps.memory.released(attemptId, before))
  try {
    await settle(deps, active, { session, result: await running })
  } finally {
    await released
  }
}

/** Concludes the measurement, and reports what came of the attempt. */
export async function settle(
  deps: AttemptDeps,
  { lease, stop, holding }: Active,
  { session, result }: { readonly session: MeterSession; readonly result: RunResult },
): Promise<void> {
  deps.logs.end(lease)
  const restedMs = holding.end()
  const measured = await session.stop()
  if (isCancelled(deps, lease)) return
  const failure = failureOfResult(result, stop.signal)
  const prove = (outputSha256: string, left: Uint8Array | GivenBack) => {
    enter(deps, lease, 'proving')
    return deps.reportProven(lease, { ...measured, durationMs: workedMs(measured, restedMs), exitCode: result.exitCode, outputSha256 }, left)
  }
  if (!failure) return prove(result.outputSha256, result.output)
  if (result.end !== 'stopped') return fail(deps, lease, failure)
  const saved = deps.saved(lease)
  return saved === null ? fail(deps, lease, withoutProof(failure, lease)) : prove(saved, failure)
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
export const hooksOf = (deps: AttemptDeps, lease: Lease, onStarted: RunHooks['onStarted']): RunHooks => ({
  onStarted,
  onLog: (line) => deps.log.debug({ jobId: lease.jobId, line }, 'job output'),
  onOutput: (bytes) => deps.logs.write(lease, bytes),
  onSlowed: () => {
    if (lease.spec.needs.gpus === 0) deps.gaveWay(lease.attemptId)
  },
})

async function runMetered(deps: AttemptDeps, active: Active, { runtime, inputs, session }: Sandbox & { readonly session: MeterSession }): Promise<RunResult> {
  const { lease, holding, stop } = active
  let from: ResumedFrom | null = null
  const onResumed = (kept: ResumedFrom) => void (from = kept)
  const hooks = hooksOf(deps, lease, (job) => {
    begin(deps, lease, from)
    holding.attach(job)
  })
  try {
    return await runtime.run({ ...requestOf(active), inputs }, { ...hooks, onResumed }, stop.signal)
  } catch (error) {
    deps.logs.end(lease)
    holding.end()
    await session.stop()
    throw error
  }
}
