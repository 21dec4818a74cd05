/** Delivers what the coordinator must hear, in order, until it has answered. */
import { CHAINED } from '../../../main/agent/sync/outbox-rules.ts'
import { backoffMs } from '../../../main/kernel/backoff.ts'
import { type FailureCode, WindfallError } from '../../../shared/errors.ts'
import type { Agent, OutboxEntry } from './agent-parts.ts'
import { ask } from './asking.ts'
import type { Answer } from './asked.ts'
import type { Call } from './calls.ts'
import { NODE_KEY, OUTPUT, realign } from './proving.ts'
import { type World, startsOf } from './world.ts'

const RETRY_MS = 400

export function runOutbox(world: World, agent: Agent): void {
  const mind = agent.mind()
  if (mind.isDelivering || agent.disk.outbox.length === 0) return
  mind.isDelivering = true
  let failures = 0
  const again = (): void => {
    const [entry] = agent.disk.outbox
    if (!entry) mind.isDelivering = false
    else deliver(world, agent, entry, next)
  }
  const next = (outcome: 'delivered' | 'postponed'): void => {
    failures = outcome === 'postponed' ? failures + 1 : 0
    if (outcome === 'delivered') return again()
    agent.machine.after(RETRY_MS + backoffMs(failures, world.random(`outbox ${agent.machine.name}`).next()), again)
  }
  again()
}

type Next = (outcome: 'delivered' | 'postponed') => void

function deliver(world: World, agent: Agent, entry: OutboxEntry, next: Next): void {
  const { chain } = agent.mind()
  if (!CHAINED.has(entry.kind)) return send(world, agent, entry, next)
  const known = chain.agreement?.keyId === NODE_KEY ? chain.agreement.head : null
  if (known) return place(world, agent, known, next)
  ask(world, agent, { name: 'proofChain' }, (answer) => (answer.is === 'chain' ? place(world, agent, answer.head, next) : next('postponed')))
}

/** What goes out may have been signed anew meanwhile. */
function place(world: World, agent: Agent, head: Parameters<typeof realign>[2], next: Next): void {
  realign(world, agent, head, (standsAt) => {
    agent.mind().chain.agreement = { keyId: NODE_KEY, head: standsAt }
    const [entry] = agent.disk.outbox
    if (entry) send(world, agent, entry, next)
    else next('delivered')
  })
}

function callOf(agent: Agent, entry: OutboxEntry): Call {
  const { leaseId, token } = entry
  if (entry.kind === 'start') return { name: 'startAttempt', leaseId, token }
  if (entry.kind === 'fail') return { name: 'failAttempt', leaseId, token, reason: entry.reason, retry: entry.retry }
  const made = agent.disk.proofs.find(({ proof }) => proof.proofId === entry.proofId)
  if (!made) throw new Error(`there is no proof ${entry.proofId}`)
  return { name: 'submitProof', leaseId, token, proof: made.proof, bodySha256: made.bodySha256, output: OUTPUT }
}

function send(world: World, agent: Agent, entry: OutboxEntry, next: Next): void {
  ask(world, agent, callOf(agent, entry), (answer) => {
    const problem = problemOf(answer)
    if (problem && !world.rules.endsItem(entry, problem, agent.mind().chain)) return next('postponed')
    agent.commit(
      () => leave(world, agent, entry, problem?.code ?? null),
      () => next('delivered'),
    )
  })
}

const problemOf = (answer: Answer): WindfallError | null => (answer.is === 'refused' ? new WindfallError(answer.code, answer.code) : null)

/** An item leaves once it has been answered for good. */
function leave(world: World, agent: Agent, entry: OutboxEntry, code: FailureCode | null): void {
  const { disk } = agent
  disk.outbox = disk.outbox.filter((one) => one !== entry)
  if (entry.kind !== 'proof') return
  const held = disk.jobs.get(entry.leaseId)
  if (held) disk.jobs.set(entry.leaseId, { ...held, state: 'over' })
  if (code === null) world.watch.acknowledged(agent.nodeId, entry.proofId)
  else {
    world.trace.note('refused', agent.nodeId, entry.leaseId, entry.proofId, code)
    // A coordinator that was started again does not know that its clock was set before.
    const isKnown = world.clocks.sets === 0 || world.clocks.starts.get(entry.leaseId) === startsOf(world)
    const isHonest = isKnown && (disk.proofs.find(({ proof }) => proof.proofId === entry.proofId)?.isHonest ?? false)
    world.watch.refused(agent.nodeId, entry, { code, isHonest })
  }
}
