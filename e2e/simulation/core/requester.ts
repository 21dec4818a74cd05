/** Whoever wants jobs done, and asks until somebody has heard. */
import { freshJob } from '../../../main/coordinator/jobs/new-job.ts'
import { isOpen } from '../../../main/coordinator/jobs/leases.ts'
import { money } from './books.ts'
import type { Tx } from './database.ts'
import { specOf } from './jobs.ts'
import { createRandom } from './random.ts'
import type { Replica } from './replica.ts'
import { move } from './moving.ts'
import { tellAgent } from './round.ts'
import type { World } from './world.ts'

const AGAIN_MS = 4_000

function insist(world: World, work: (tx: Tx, replica: Replica) => (() => void) | void): void {
  const again = (): void => world.agenda.after(AGAIN_MS, () => insist(world, work))
  const up = world.replicas.filter(({ machine }) => machine.isUp() && !machine.isAsleep())
  if (up.length === 0) return again()
  const replica = world.random('requester').pick(up)
  let tell: (() => void) | void
  let isOver = false
  const over = (): void => void (isOver = true)
  world.database.transact({ by: replica.machine, work: (tx) => void (tell = work(tx, replica)), done: () => (over(), tell?.()), failed: () => undefined })
  // Who hears nothing asks again: what was asked for already changes nothing.
  world.agenda.after(AGAIN_MS, () => isOver || insist(world, work))
}

export function submitJob(world: World, jobId: string): void {
  insist(world, (tx, { machine }) => {
    if (tx.tables.jobs.has(jobId)) return
    const now = machine.clock.now()
    const spec = specOf(createRandom(world.options.seed, jobId), now)
    const known = { jobId, requesterId: 'requester', spec, submittedAt: now, deadlineAt: Date.parse(spec.deadline), template: null, array: null, fairStart: 0 }
    tx.put('jobs', jobId, freshJob({ ...known, isBestEffort: false, reason: null, message: null, isBlocked: false }))
    money(tx).reserve(jobId, spec)
    world.trace.note('submitted', jobId)
  })
}

export function cancelJob(world: World, jobId: string): void {
  insist(world, (tx, replica) => {
    const job = tx.tables.jobs.get(jobId)
    const now = replica.machine.clock.now()
    if (!job || !move({ world, tx, now }, job, { type: 'cancelled' })) return
    const open = [...tx.tables.attempts.values()].find((one) => one.jobId === jobId && isOpen(one.state))
    if (!open) return
    tx.put('attempts', open.leaseId, { ...open, state: 'failed', reason: 'requester', endedAt: now })
    replica.memory().renewals.forget(open.leaseId)
    return () => tellAgent(world, replica, open, 'cancelled')
  })
}
