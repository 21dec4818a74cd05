import type { Lease, YieldReason } from '../../../shared/contract/job.ts'
import { createLatch } from '../../kernel/latch.ts'
import { type RunnerDeps, type Under, runAll } from './attempts.ts'
import type { Hold } from './holding.ts'
import type { Working } from './may-start.ts'
import type { Active } from './attempt-deps.ts'
import type { GivingWay } from './stand-by.ts'

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
  /** Attempts under way, from the moment they have their devices until nothing of them is left. */
  readonly working: () => readonly Working[]
  readonly run: (signal: AbortSignal) => Promise<void>
}

/** Runs leases, as many at once as there are devices for, from arrival to a signed proof or a reported failure. */
export function createRunner(deps: RunnerDeps): Runner {
  const { jobs, clock } = deps
  const active = new Map<string, Active>()
  const attempts = () => [...active.values()]
  const offered = createLatch()
  const given: { way: GivingWay | null } = { way: null }
  const under: Under = { active, given, offered, following: new Set(), broken: [] }
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
    working: attempts,
    run: (signal) => runAll({ ...deps, ...under }, signal),
  }
}

const CANCEL_TEXTS: Readonly<Record<string, string>> = {
  lost: 'The coordinator gave this job to someone else, because this machine was silent for too long.',
  expired: 'The deadline of this job has passed.',
}
const cancelText = (reason: string): string => CANCEL_TEXTS[reason] ?? 'The requester cancelled this job.'
