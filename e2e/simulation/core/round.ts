/** What whoever runs the shard `planning` does again and again: ends what ran out, plans what waits, and has given out what is due. */
import type { Attempt } from '../../../main/coordinator/jobs/attempts.store.ts'
import type { Job } from '../../../main/coordinator/jobs/jobs.store.ts'
import { DEADLINE_GRACE_MS, RECEIPT_HOLD_MS } from '../../../main/coordinator/jobs/leases.ts'
import type { KnownNode } from '../../../main/coordinator/jobs/ports.ts'
import { TERMINAL } from '../../../main/coordinator/jobs/transition.ts'
import { fromIso } from '../../../shared/units.ts'
import { giveOut } from './giving-out.ts'
import { planOf } from './jobs.ts'
import { type Round, endAttempt, move, openAttempts } from './moving.ts'
import type { Replica } from './replica.ts'
import type { World } from './world.ts'

/** Whether anything waits to be given out, or may have run out. */
function isWorthALook({ database: { tables } }: World, replica: Replica): boolean {
  const { renewals } = replica.memory()
  const now = replica.machine.clock.now()
  const isDue = ({ state, deadlineAt }: Job): boolean => state === 'queued' || state === 'planned' || (!TERMINAL.has(state) && deadlineAt <= now)
  return tables.jobs.values().some(isDue) || openAttempts({ tables }).some(({ leaseId }) => renewals.isExpired(leaseId))
}

export function round(world: World, replica: Replica): void {
  const fence = replica.fence('planning')
  if (!fence || !isWorthALook(world, replica)) return
  const told: (() => void)[] = []
  world.database.transact({
    by: replica.machine,
    fence,
    work(tx) {
      const one = { world, replica, tx, now: replica.machine.clock.now() }
      expireLeases(one, told)
      expireDeadlines(one, told)
      const nodes = knownNodes(one)
      plan(one, nodes)
      giveOut(one, nodes, told)
    },
    done: () => told.forEach((tell) => tell()),
    failed: () => undefined,
  })
}

function expireLeases(one: Round, told: (() => void)[]): void {
  const { world, replica, tx, now } = one
  const { renewals } = replica.memory()
  for (const attempt of openAttempts(tx)) {
    if (!renewals.isExpired(attempt.leaseId)) continue
    const job = tx.tables.jobs.get(attempt.jobId)
    const isVerified = attempt.state === 'verifying' && attempt.reason !== null && job?.state === 'verifying' && now - job.updatedAt < RECEIPT_HOLD_MS
    if (isVerified) continue
    world.watch.expired(replica.machine.name, attempt.leaseId)
    renewals.forget(attempt.leaseId)
    endAttempt(one, attempt, { state: 'lost', reason: 'lease.expired', retry: true })
    told.push(() => tellAgent(world, replica, attempt, 'lost'))
  }
}

function expireDeadlines(one: Round, told: (() => void)[]): void {
  const { world, replica, tx, now } = one
  for (const job of tx.tables.jobs.values()) {
    const isWaiting = job.state === 'queued' || job.state === 'planned'
    const isAtWork = job.state === 'leased' || job.state === 'running'
    if (!(isWaiting && job.deadlineAt <= now) && !(isAtWork && job.deadlineAt <= now - DEADLINE_GRACE_MS)) continue
    if (!move(one, job, { type: 'deadline-passed' })) continue
    const open = openAttempts(tx).find(({ jobId }) => jobId === job.jobId)
    if (!open) continue
    tx.put('attempts', open.leaseId, { ...open, state: 'lost', reason: 'deadline', endedAt: now })
    replica.memory().renewals.forget(open.leaseId)
    told.push(() => tellAgent(world, replica, open, 'expired'))
  }
}

export function tellAgent(world: World, { machine }: Replica, { nodeId, leaseId }: Attempt, reason: 'lost' | 'cancelled' | 'expired'): void {
  const agent = world.agents.find((one) => one.nodeId === nodeId)
  if (agent) world.network.send(machine.name, agent.machine, () => agent.cancel(leaseId, reason))
}

function knownNodes({ world, replica }: Round): KnownNode[] {
  const { presence } = replica.memory()
  return world.agents.map(({ nodeId, capabilities }) => {
    const { reachability, presence: said } = presence.of(nodeId)
    if (reachability === 'offline') world.watch.declaredDead(replica.machine.name, nodeId)
    return { nodeId, capabilities, online: reachability === 'online', gone: reachability === 'offline', ready: said?.ready ?? false }
  })
}

/** Nothing is planned for later than this, unless a clock was set back since. */
const FAR_MS = 300_000

/** The simplest plans there are: what waits goes to a node that is there, now or in some minutes; what is planned on one that is gone waits again. */
function plan(one: Round, nodes: readonly KnownNode[]): void {
  const { world, tx, now } = one
  const random = world.random('plans')
  const there = nodes.filter(({ online, ready }) => online && ready)
  for (const job of tx.tables.jobs.values()) {
    if (job.retryAt !== null && job.retryAt <= now) tx.put('jobs', job.jobId, { ...job, retryAt: null, isBlocked: false })
    const planned = job.plan?.nodeId
    const isFarAway = job.plan !== null && fromIso(job.plan.window.from) - now > FAR_MS
    if (job.state === 'planned' && (isFarAway || nodes.find(({ nodeId }) => nodeId === planned)?.gone))
      move(one, job, { type: 'unplaced', reason: 'waiting.offline', message: '' }, { plan: null })
    const current = tx.tables.jobs.get(job.jobId) ?? job
    if (current.state !== 'queued' || current.isBlocked || there.length === 0) continue
    const { nodeId } = random.pick(there)
    const from = now + (random.chance(0.3) ? random.between(0, 240_000) : 0)
    move(one, current, { type: 'planned', reason: 'waiting.node', message: '' }, { plan: planOf(nodeId, from, current.spec), plannedAt: now })
  }
}
