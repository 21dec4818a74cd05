import type { Lease, YieldReason } from '../../../shared/contract/job.ts'
import { type Latch, createLatch } from '../../kernel/latch.ts'
import type { Failure } from './failure.ts'
import type { Hold } from './holding.ts'
import type { Permission } from './permission.ts'
import { type RecoveryDeps, recoverAttempts } from './recovery.ts'
import { resumeAttempt } from './resume-attempt.ts'
import { type Active, type AttemptDeps, type JobDevice, fail, runAttempt, waitFor } from './run-attempt.ts'
import { type GivingWay, createStandBy } from './stand-by.ts'

/** What a lease gets to work on, or why it gets nothing here. */
export type Equipment = { readonly devices: readonly JobDevice[] } | { readonly refusal: Failure }

export interface RunnerDeps extends AttemptDeps {
  readonly equip: (lease: Lease) => Equipment
  readonly permission: (lease: Lease) => Permission
  readonly recoverMeasured: RecoveryDeps['recoverMeasured']
}

const POLL_MS = 500

export interface Runner {
  /** Takes a lease on; a repeated offer of the same lease changes nothing. */
  readonly offer: (lease: Lease) => void
  /** The coordinator took the lease back. */
  readonly cancel: (leaseId: string, reason: string) => void
  /** Stops the attempt that is running, so that the owner has the machine back. */
  readonly yieldNow: (reason: string) => void
  /** The coordinator asks for the attempt under this lease to save where it is and end; one that does not run here is left alone. */
  readonly yieldLease: (leaseId: string, reason: YieldReason) => void
  /** Stops what works on this device, and nothing else. */
  readonly yieldDevice: (deviceId: string, reason: string) => void
  /** Says for every attempt whether it has to rest, by the devices it works on; asked again at every call. */
  readonly hold: (holdOf: (deviceIds: readonly string[]) => Hold | null) => void
  /** Every attempt makes room for its owner for a moment; `null` lets them go on. */
  readonly giveWay: (way: GivingWay | null) => void
  /** Nothing stands in the way any more: looks at once whether a lease waits. */
  readonly look: () => void
  /** What the owner is told about a job that rests or is slowed down; `null` if it does neither. */
  readonly resting: (leaseId: string) => string | null
  /** Devices that attempts work on, or worked on and still have to prove it. */
  readonly busyDevices: () => ReadonlySet<string>
  readonly run: (signal: AbortSignal) => Promise<void>
}

/** Runs leases one after another, from arrival to a signed proof or a reported failure. */
export function createRunner(deps: RunnerDeps): Runner {
  const { jobs, clock } = deps
  const active = new Map<string, Active>()
  const attempts = () => [...active.values()]
  const offered = createLatch()
  const given: Given = { way: null }
  const running = { ...deps, active, given, offered }
  return {
    offer(lease) {
      if (jobs.add(lease, clock.now()) === 'inserted') deps.changed()
      offered.raise()
    },
    cancel(leaseId, reason) {
      const job = jobs.get(leaseId)
      if (!job || !['leased', 'waiting', 'preparing', 'running', 'collecting', 'proving'].includes(job.state)) return
      jobs.update(leaseId, { state: reason === 'lost' ? 'lost' : 'cancelled', code: reason, message: cancelText(reason), endedAt: clock.now() })
      active.get(leaseId)?.stop.abort('cancelled')
      deps.changed()
    },
    yieldNow: (reason) => {
      for (const { stop } of attempts()) stop.abort(reason)
    },
    yieldLease: (leaseId, reason) => active.get(leaseId)?.stop.abort(reason),
    yieldDevice: (deviceId, reason) => {
      for (const { stop, deviceIds } of attempts()) if (deviceIds.includes(deviceId)) stop.abort(reason)
    },
    hold: (holdOf) => {
      for (const { holding, deviceIds } of attempts()) holding.set(holdOf(deviceIds))
    },
    giveWay: (way) => {
      given.way = way
      for (const { holding } of attempts()) holding.giveWay(way)
    },
    look: offered.raise,
    resting: (leaseId) => active.get(leaseId)?.holding.message() ?? null,
    busyDevices: () => new Set(attempts().flatMap(({ deviceIds }) => deviceIds)),
    async run(signal) {
      const resumed: Promise<void>[] = []
      const resume = (lease: Lease) => {
        const { taken, over } = resumeNext({ ...running, lease }, signal)
        resumed.push(over)
        return taken
      }
      await recoverAttempts({ ...deps, resume, fail: (lease, failure) => fail(deps, lease, failure) }, signal)
      await Promise.all(resumed)
      if (signal.aborted) return
      do await runWaiting(running, signal)
      while (await offered.wait(signal))
    },
  }
}

const CANCEL_TEXTS: Readonly<Record<string, string>> = {
  lost: 'The coordinator gave this job to someone else, because this machine was silent for too long.',
  expired: 'The deadline of this job has passed.',
}
const cancelText = (reason: string): string => CANCEL_TEXTS[reason] ?? 'The requester cancelled this job.'

const nextLease = ({ jobs }: RunnerDeps): Lease | null => jobs.open().find(({ state }) => state === 'leased' || state === 'waiting')?.lease ?? null

interface Given {
  way: GivingWay | null
}

interface Running extends RunnerDeps {
  readonly active: Map<string, Active>
  readonly offered: Latch
  /** What attempts that begin later have to do as well. */
  readonly given: Readonly<Given>
}

/** Returns once no lease waits: what one waits for may pass without a word, so it is looked at again and again. */
async function runWaiting(deps: Running, signal: AbortSignal): Promise<void> {
  for (let lease = nextLease(deps); lease; lease = nextLease(deps)) {
    await runNext({ ...deps, lease }, signal)
    if (!(await lookAgain(deps, signal))) return
  }
}

async function lookAgain({ clock, offered }: Running, signal: AbortSignal): Promise<boolean> {
  const turn = new AbortController()
  const onStop = () => turn.abort()
  signal.addEventListener('abort', onStop, { once: true })
  if (signal.aborted) return false
  await Promise.race([offered.wait(turn.signal), clock.sleep(POLL_MS, turn.signal)])
  signal.removeEventListener('abort', onStop)
  turn.abort()
  return !signal.aborted
}

async function runNext(deps: Running & { readonly lease: Lease }, signal: AbortSignal): Promise<void> {
  const { lease } = deps
  const equipment = deps.equip(lease)
  if ('refusal' in equipment) return fail(deps, lease, equipment.refusal)
  if (deps.jobs.get(lease.leaseId)?.code === 'metered' && !deps.mayFetch()) return
  const permission = deps.permission(lease)
  if (!permission.granted) return waitFor(deps, lease, permission)
  await whileActive({ ...deps, devices: equipment.devices }, (entry) => runAttempt(deps, entry), signal)
}

/** Goes on with an attempt of an earlier process, on the devices it had. */
function resumeNext(deps: Running & { readonly lease: Lease }, signal: AbortSignal) {
  const equipment = deps.equip(deps.lease)
  if ('refusal' in equipment) return { taken: Promise.resolve(false), over: Promise.resolve() }
  const taken = Promise.withResolvers<boolean>()
  const resume = (entry: Active) => {
    const resumed = resumeAttempt(deps, entry)
    taken.resolve(resumed.taken)
    return resumed.over
  }
  return { taken: taken.promise, over: whileActive({ ...deps, devices: equipment.devices }, resume, signal) }
}

async function whileActive(
  deps: Running & { readonly lease: Lease; readonly devices: readonly JobDevice[] },
  work: (entry: Active) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const { lease, devices, active, given } = deps
  const stop = new AbortController()
  const onShutdown = () => stop.abort('agent.stopped')
  signal.addEventListener('abort', onShutdown, { once: true })
  const holding = createStandBy({ ...deps, giveUp: () => stop.abort(given.way ? 'owner-present' : 'ceiling') })
  holding.giveWay(given.way)
  const entry: Active = { lease, devices, deviceIds: devices.map(({ deviceId }) => deviceId), stop, holding }
  active.set(lease.leaseId, entry)
  try {
    await work(entry)
  } finally {
    signal.removeEventListener('abort', onShutdown)
    active.delete(lease.leaseId)
    deps.changed()
  }
}
