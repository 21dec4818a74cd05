/** A proof is handed in: judged, its job verified, its receipt prepared, judged again, and kept with all that follows from it in one transaction. */
import type { EnergyProof } from '../../../shared/domain/energy-proof.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { fromIso } from '../../../shared/units.ts'
import { type ProofFacts, SKEW_MS } from '../../../main/coordinator/proofs/accept.ts'
import type { Attempt } from '../../../main/coordinator/jobs/attempts.store.ts'
import type { HeldAttempt } from '../../../main/coordinator/jobs/rulings.ts'
import { paidMsOf } from '../../../main/coordinator/proofs/submission.ts'
import { money } from './books.ts'
import { type Answer, type Asked, type Claim, heldBy, read } from './asked.ts'
import type { KeptProof, Tx } from './database.ts'
import { endAttempt, move } from './moving.ts'

export interface ProofInput extends Claim {
  readonly proof: EnergyProof
  readonly bodySha256: string
  readonly output: { readonly sha256: string; readonly bytes: number }
}

interface Judged {
  readonly held: HeldAttempt
  readonly paidMs: number
}

const keptOf = ({ tables }: Tx, nodeId: string): KeptProof[] => [...tables.proofs.values()].filter(({ proof }) => proof.nodeId === nodeId)

function factsOf(
  { world, replica, caller }: Asked,
  tx: Tx,
  { leaseId, token, proof, bodySha256, output }: ProofInput,
): ProofFacts & { readonly held: HeldAttempt | null } {
  const held = heldBy(tx, caller.nodeId, leaseId)
  const kept = keptOf(tx, caller.nodeId)
  const like = [...tx.tables.proofs.values()].find((one) => one.proof.proofId === proof.proofId || one.bodySha256 === bodySha256)
  const beside = held ? kept.filter((one) => fromIso(one.proof.endedAt) >= Math.max(fromIso(proof.startedAt), held.attempt.leasedAt) - SKEW_MS) : []
  const stored = like && { ...like.proof, bodySha256: like.bodySha256, leaseId: like.leaseId, receiptId: like.proof.jobId, state: 'succeeded' as const }
  const attempt = held && {
    ...held.attempt,
    ...held.job,
    leasedAt: held.attempt.leasedAt,
    plan: held.attempt.plan,
    standing: world.rules.standingOf(held, token),
    saved: null,
  }
  return {
    held,
    now: replica.machine.clock.now(),
    slackMs: held ? replica.memory().slackMs(held.attempt.leasedAt) : 0,
    leaseId,
    proof,
    bodySha256,
    left: { kind: 'output', ...output },
    runs: [],
    chain: tx.tables.heads.get(caller.nodeId) ?? { seq: 0, head: null },
    stored: stored ?? null,
    attempt,
    capabilities: world.agents.find(({ nodeId }) => nodeId === caller.nodeId)?.capabilities ?? never(),
    beside: beside.map((one) => one.proof),
  }
}

const never = (): never => {
  throw new Error('a node that nobody knows')
}

/** What the proof deserves now; an answer for one that was accepted before. Throws what refuses it. */
function judge(asked: Asked, tx: Tx, input: ProofInput): Judged | Answer {
  const { rules } = asked.world
  const facts = factsOf(asked, tx, input)
  if (rules.repeatedProof(facts)) return { is: 'accepted', proofId: input.proof.proofId }
  const refusal = rules.judgeProof(facts)
  if (refusal?.endsAttempt && facts.attempt?.standing === 'current' && facts.held)
    endAttempt({ world: asked.world, tx, now: facts.now }, facts.held.attempt, { state: 'failed', reason: refusal.code, retry: true })
  if (refusal || !facts.held) throw new WindfallError(refusal?.code ?? 'proof.lease', refusal?.message ?? '')
  return { held: facts.held, paidMs: paidMsOf(input.proof, facts.now - facts.held.attempt.leasedAt + facts.slackMs) }
}

function beginVerification(asked: Asked, tx: Tx, { job, attempt }: HeldAttempt): void {
  const { world, replica } = asked
  replica.memory().renewals.renew(attempt.leaseId)
  if (attempt.state === 'verifying' && job.state === 'verifying') return
  if (!move({ world, tx, now: replica.machine.clock.now() }, job, { type: 'proof-arrived' }))
    throw new WindfallError('proof.lease', `job ${job.jobId} is ${job.state}`)
  tx.put('attempts', attempt.leaseId, { ...attempt, state: 'verifying', startedAt: attempt.startedAt ?? attempt.leasedAt, endedAt: null, reason: null })
}

export function submitProof(asked: Asked, input: ProofInput): void {
  const { world, replica, caller } = asked
  let isOver = false
  read(
    asked,
    (tx) => {
      const judged = judge(asked, tx, input)
      isOver = 'is' in judged
      if ('is' in judged) return judged
      beginVerification(asked, tx, judged.held)
      return null
    },
    () => {
      if (isOver) return
      // To prepare a receipt takes a look at the grid.
      replica.machine.after(world.random('receipts').between(5, 400), () => (world.grid.isDown ? postpone(asked, input) : conclude(asked, input)))
    },
  )
  world.trace.note('handed in', caller.nodeId, input.leaseId, input.proof.proofId, input.proof.seq)
}

/** The work is verified and only its receipt is missing. */
function postpone(asked: Asked, { leaseId }: ProofInput): void {
  const { world, replica, caller } = asked
  read(asked, (tx) => {
    const held = heldBy(tx, caller.nodeId, leaseId)
    const now = replica.machine.clock.now()
    if (held && move({ world, tx, now }, held.job, { type: 'receipt-waits', reason: 'grid.unavailable', message: '' }))
      tx.put('attempts', leaseId, { ...held.attempt, reason: 'grid.unavailable' })
    throw new WindfallError('grid.unavailable', 'the grid of that hour is not measured')
  })
}

function conclude(asked: Asked, input: ProofInput): void {
  const { world, replica, caller } = asked
  const { proof, bodySha256, leaseId, output } = input
  read(asked, (tx) => {
    const judged = judge(asked, tx, input)
    if ('is' in judged) return judged
    beginVerification(asked, tx, judged.held)
    tx.put('proofs', `${caller.nodeId} ${proof.seq}`, { proof, bodySha256, leaseId })
    tx.put('heads', caller.nodeId, { seq: proof.seq, head: bodySha256 })
    const now = replica.machine.clock.now()
    const { job, attempt } = heldBy(tx, caller.nodeId, leaseId) as HeldAttempt
    const completed = move({ world, tx, now }, job, { type: 'accepted' }, { outputSha256: output.sha256 })
    if (!completed) throw new WindfallError('proof.lease', `job ${job.jobId} is ${job.state}`)
    const done: Attempt = { ...attempt, state: 'succeeded', endedAt: now, reason: null }
    tx.put('attempts', leaseId, done)
    settle(asked, tx, { held: { job, attempt }, paidMs: judged.paidMs })
    replica.memory().renewals.forget(leaseId)
    world.trace.note('accepted', caller.nodeId, job.jobId, leaseId, proof.proofId, judged.paidMs)
    return { is: 'accepted', proofId: proof.proofId }
  })
}

function settle({ world, caller }: Asked, tx: Tx, { held: { job }, paidMs }: Judged): void {
  const paid = { jobId: job.jobId, nodeId: caller.nodeId, spec: job.spec, paidMs }
  // With the fault on purpose, what is booked stays when the transaction around it is undone.
  const put: Tx['put'] = world.rules.paysWithTheJob ? tx.put : (table, key, value) => void (tx.tables[table] as Map<string, unknown>).set(key, value)
  money({ tables: tx.tables, put }).settle(paid)
  world.watch.settled(job.jobId, tx.tables.settled.get(job.jobId) ?? 0n)
}
