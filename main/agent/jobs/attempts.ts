import type { Lease } from '../../../shared/contract/job.ts'
import { type Latch, raisedWithin } from '../../kernel/latch.ts'
import type { Failure } from './failure.ts'
import { type Machine, type Waiting, mayStart } from './may-start.ts'
import { type RecoveryDeps, recoverAttempts } from './recovery.ts'
import { resumeAttempt } from './resume-attempt.ts'
import { fail, waitFor } from './attempt-state.ts'
import type { Active, AttemptDeps, JobDevice } from './attempt-deps.ts'
import { runAttempt } from './run-attempt.ts'
import { type GivingWay, createStandBy } from './stand-by.ts'
import type { TakenDevices } from './taken-devices.store.ts'

export interface RunnerDeps extends AttemptDeps {
  /** What there is to work on now. */
  readonly machine: () => Machine
  /** What stands against this lease now, beside the devices. */
  readonly objections: (lease: Lease) => Omit<Waiting, 'lease'>
  readonly taken: TakenDevices
  readonly recoverMeasured: RecoveryDeps['recoverMeasured']
}

const POLL_MS = 500

/** What is under way, shared with whoever stops it. */
export interface Under {
  readonly active: Map<string, Active>
  /** Something may have changed about what may start. */
  readonly offered: Latch
  /** What attempts that begin later have to do as well. */
  readonly given: { readonly way: GivingWay | null }
  readonly following: Set<Promise<void>>
  /** What broke an attempt that was not its own: it breaks the runner, too. */
  readonly broken: unknown[]
}

interface Running extends RunnerDeps, Under {}

/**
 * Goes on with what an earlier process left, then runs what may run until `ended` aborts and nothing is under way any more. What a lease
 * waits for may pass without a word, so while one does it is looked at again and again.
 */
export async function runAll(deps: Running, ended: AbortSignal): Promise<void> {
  const { clock, offered, following, broken } = deps
  const breaks = new AbortController()
  const signal = AbortSignal.any([ended, breaks.signal])
  const giveBack = (lease: Lease, failure: Failure): void => {
    deps.taken.release(lease.leaseId)
    fail(deps, lease, failure)
  }
  await recoverAttempts({ ...deps, resume: (lease) => resumeNext(deps, lease, signal), fail: giveBack }, signal)
  while (!signal.aborted && broken.length === 0) {
    if (startWhatMay(deps, signal)) await raisedWithin(offered, { ms: POLL_MS, clock }, signal)
    else await offered.wait(signal)
  }
  breaks.abort()
  await Promise.all(following)
  if (broken.length > 0) throw broken[0]
}

/** Returns whether a lease waited, which may wait still. */
function startWhatMay(deps: Running, signal: AbortSignal): boolean {
  const leases = deps.jobs.open().flatMap(({ lease, state }) => (state === 'leased' || state === 'waiting' ? [lease] : []))
  if (leases.length === 0) return false
  const waiting = leases.filter((lease) => mayBeFetched(deps, lease)).map((lease) => ({ lease, ...deps.objections(lease) }))
  const verdicts = mayStart({ waiting, working: [...deps.active.values()], machine: deps.machine() })
  for (const [index, verdict] of verdicts.entries()) {
    const lease = waiting[index]?.lease
    if (!lease) continue
    if ('refuse' in verdict) fail(deps, lease, verdict.refuse)
    else if ('wait' in verdict) waitFor(deps, lease, verdict.wait)
    else begin(deps, { lease, devices: verdict.start }, signal)
  }
  return true
}

const begin = (deps: Running, given: Pick<Active, 'lease' | 'devices'>, signal: AbortSignal): void =>
  follow(
    deps,
    whileActive({ ...deps, ...given }, (entry) => runAttempt(deps, entry), signal),
  )

const mayBeFetched = ({ jobs, mayFetch }: Running, { leaseId }: Lease): boolean => jobs.get(leaseId)?.code !== 'metered' || mayFetch()

function follow({ following, broken, offered }: Running, attempt: Promise<void>): void {
  const over = attempt
    .catch((error: unknown) => void broken.push(error))
    .finally(() => {
      following.delete(over)
      offered.raise()
    })
  following.add(over)
}

/** Goes on with an attempt of an earlier process, on the devices it had. */
async function resumeNext(deps: Running, lease: Lease, signal: AbortSignal): Promise<boolean> {
  const devices = devicesBefore(deps, lease)
  if (devices === null) return false
  const taken = Promise.withResolvers<boolean>()
  const resume = async (entry: Active): Promise<void> => {
    const resumed = resumeAttempt(deps, entry)
    taken.resolve(resumed.taken)
    await resumed.over
  }
  follow(deps, whileActive({ ...deps, lease, devices }, resume, signal))
  return taken.promise
}

/** `null` if the owner has taken one of them back meanwhile. */
function devicesBefore({ taken, machine }: Running, { leaseId }: Lease): readonly JobDevice[] | null {
  const { gpus, processor } = machine()
  const lent = new Map([...gpus.filter((gpu) => gpu.lent), ...(processor ?? [])].map((device) => [device.deviceId, device]))
  const devices = taken.of(leaseId)?.map((deviceId) => lent.get(deviceId))
  return devices?.every((device) => device !== undefined) ? devices : null
}

async function whileActive(
  deps: Running & { readonly lease: Lease; readonly devices: readonly JobDevice[] },
  work: (entry: Active) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const { lease, devices, active, given, taken } = deps
  const stop = new AbortController()
  const onShutdown = () => stop.abort('agent.stopped')
  signal.addEventListener('abort', onShutdown, { once: true })
  const holding = createStandBy({ ...deps, gaveWay: () => deps.gaveWay(lease.attemptId), giveUp: () => stop.abort(given.way ? 'owner-present' : 'ceiling') })
  holding.giveWay(given.way)
  const entry: Active = { lease, devices, deviceIds: devices.map(({ deviceId }) => deviceId), stop, holding }
  taken.take(lease.leaseId, entry.deviceIds)
  active.set(lease.leaseId, entry)
  try {
    await work(entry)
  } finally {
    taken.release(lease.leaseId)
    signal.removeEventListener('abort', onShutdown)
    active.delete(lease.leaseId)
    deps.changed()
  }
}
