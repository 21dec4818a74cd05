/** What a node may ask a coordinator, and how that answers. */
import type { Lease } from '../../../shared/contract/job.ts'
import type { Presence } from '../../../shared/contract/node.ts'
import type { Orders } from '../../../shared/contract/run-calls.ts'
import { WindfallError, type FailureCode } from '../../../shared/errors.ts'
import type { Attempt } from '../../../main/coordinator/jobs/attempts.store.ts'
import { type HeldAttempt, UNBEGUN } from '../../../main/coordinator/jobs/rulings.ts'
import { leaseOf } from '../../../main/coordinator/jobs/view.ts'
import { SIGNATURE_MAX_AGE_S } from '../../../main/kernel/http-signature.ts'
import { type Answer, type Asked, type Claim, heldBy, read } from './asked.ts'
import type { Tx } from './database.ts'
import { type ProofInput, submitProof } from './proof-calls.ts'
import { endAttempt, move, openAttempts } from './moving.ts'
import { LEASE_TTL_MS } from './world.ts'

export type Call =
  | { readonly name: 'heartbeat'; readonly presence: Presence }
  | { readonly name: 'requestLease' }
  | ({ readonly name: 'startAttempt' } & Claim)
  | ({ readonly name: 'failAttempt'; readonly reason: string; readonly retry: boolean } & Claim)
  | { readonly name: 'proofChain' }
  | ({ readonly name: 'submitProof' } & ProofInput)

export function answer(asked: Asked, call: Call): void {
  const { world, replica, caller } = asked
  const date = replica.machine.clock.now()
  if (Math.abs(date - caller.created) > SIGNATURE_MAX_AGE_S * 1_000) return caller.reply({ is: 'refused', code: 'auth.refused', date })
  if (world.network.isCut(replica.machine.name, 'database')) return
  switch (call.name) {
    case 'heartbeat':
      return heartbeat(asked, call.presence)
    case 'requestLease':
      return read(asked, (tx) => ({ is: 'lease', lease: offered(tx, caller.nodeId)[0] ?? null }))
    case 'startAttempt':
      return read(asked, (tx) => start(asked, tx, call))
    case 'failAttempt':
      return read(asked, (tx) => fail(asked, tx, call))
    case 'proofChain':
      return read(asked, ({ tables }) => ({ is: 'chain', head: tables.heads.get(caller.nodeId) ?? { seq: 0, head: null } }))
    case 'submitProof':
      return submitProof(asked, call)
    default:
      call satisfies never
  }
}

const offered = ({ tables }: Tx, nodeId: string): Lease[] =>
  [...tables.attempts.values()].flatMap((attempt) => {
    const job = tables.jobs.get(attempt.jobId)
    return attempt.nodeId === nodeId && attempt.state === 'leased' && job ? [leaseOf(job, attempt, { ttlMs: LEASE_TTL_MS, checkpoint: null })] : []
  })

function heartbeat(asked: Asked, presence: Presence): void {
  const { world, replica, caller } = asked
  const { nodeId } = caller
  const { machine } = replica
  replica.hear(nodeId, presence, 0)
  for (const other of world.replicas)
    if (other !== replica && !world.network.isCut(machine.name, 'database')) other.machine.receive(() => other.hear(nodeId, presence, 1_000))
  const { running } = presence
  const listed = new Set(running.map(({ leaseId }) => leaseId))
  read(asked, (tx) => {
    const orders: Orders = { lost: [], cancelled: [], yields: [] }
    for (const one of running) renew(asked, { tx, orders }, one)
    const agent = world.agents.find((one) => one.nodeId === nodeId)
    for (const lease of offered(tx, nodeId)) if (!listed.has(lease.leaseId) && agent) world.network.send(machine.name, agent.machine, () => agent.offer(lease))
    return { is: 'orders', orders, now: machine.clock.now() }
  })
}

function renew(
  { world, replica, caller }: Asked,
  { tx, orders }: { readonly tx: Tx; readonly orders: Orders },
  { leaseId, token, state }: Presence['running'][number],
): void {
  const { nodeId } = caller
  const held = heldBy(tx, nodeId, leaseId)
  const ruling = world.rules.renewalRuling(held, token)
  if (ruling === 'proven') return
  const { renewals } = replica.memory()
  if (held && ruling === 'current' && renewals.waitsTooLong(leaseId, state === 'waiting')) {
    if (held.attempt.state === 'verifying') return
    endAttempt({ world, tx, now: replica.machine.clock.now() }, held.attempt, UNBEGUN)
    renewals.forget(leaseId)
    return void orders.lost.push(leaseId)
  }
  const open = openAttempts(tx).filter((one) => one.nodeId === nodeId)
  const isResumed = ruling === 'late' && held !== null && world.rules.mayResume(held, token, open) && resume({ world, replica, tx }, held)
  if (ruling === 'current' || isResumed) return renewals.renew(leaseId)
  const list = ruling === 'cancelled' ? orders.cancelled : orders.lost
  list.push(leaseId)
}

function resume({ world, replica, tx }: Pick<Asked, 'world' | 'replica'> & { readonly tx: Tx }, { job, attempt }: HeldAttempt): boolean {
  const now = replica.machine.clock.now()
  if (!move({ world, tx, now }, job, { type: 'resumed' })) return false
  const resumed: Attempt = { ...attempt, state: 'running', startedAt: attempt.startedAt ?? attempt.leasedAt, endedAt: null, reason: null, askedBack: null }
  tx.put('attempts', attempt.leaseId, resumed)
  world.trace.note('resumed', job.jobId, attempt.leaseId, attempt.nodeId)
  return true
}

const refused = (code: FailureCode) => new WindfallError(code, code)

function start({ world, replica, caller }: Asked, tx: Tx, { leaseId, token }: Claim): Answer {
  const held = heldBy(tx, caller.nodeId, leaseId)
  if (!held || world.rules.standingOf(held, token) !== 'current') throw refused('lease.lost')
  const { job, attempt } = held
  const now = replica.machine.clock.now()
  if (attempt.state === 'leased') {
    tx.put('attempts', leaseId, { ...attempt, state: 'running', startedAt: now })
    move({ world, tx, now }, job, { type: 'started' })
  }
  replica.memory().renewals.renew(leaseId)
  return { is: 'done' }
}

function fail({ world, replica, caller }: Asked, tx: Tx, { leaseId, token, reason, retry }: Extract<Call, { name: 'failAttempt' }>): Answer {
  const held = heldBy(tx, caller.nodeId, leaseId)
  const ruling = world.rules.failureRuling(held, token)
  if (!held || ruling === 'lost') throw refused('lease.lost')
  if (ruling === 'told-late') tx.put('attempts', leaseId, { ...held.attempt, reason })
  if (ruling === 'ends') endAttempt({ world, tx, now: replica.machine.clock.now() }, held.attempt, { state: 'failed', reason, retry })
  replica.memory().renewals.forget(leaseId)
  return { is: 'done' }
}
