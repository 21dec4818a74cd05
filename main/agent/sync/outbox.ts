import { WindfallError, messageOf } from '../../../shared/errors.ts'
import type { Client, OutputOf } from '../../../shared/contract/define.ts'
import type { coordinatorContract } from '../../../shared/contract/coordinator.ts'
import { backoffMs } from '../../kernel/backoff.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Signer } from '../../kernel/signing.ts'
import { CHAINED, type ChainView, endsItem, isWorthAnotherTry } from './outbox-rules.ts'
import type { CheckpointItem, OutboxItem, OutboxStore } from './outbox.store.ts'
import { type PlacedItem, firstOf, inPlace, otherProof, problemOf, sendBatch } from './proof-batch.ts'

type ChainHead = OutputOf<typeof coordinatorContract.proofChain>

export interface OutboxDeps {
  readonly outbox: Pick<OutboxStore, 'peek' | 'chained' | 'remove' | 'defer' | 'added'>
  readonly client: Client<typeof coordinatorContract>
  /** Thumbprint of the node's first key, whichever key signs now. */
  readonly nodeId: string
  /** Whose key signs requests; a proof counts only if the same key signed it. */
  readonly signer: Pick<Signer, 'keyId' | 'sign'>
  readonly clock: Clock
  readonly random: () => number
  /**
   * Signs the next proof anew if it does not continue the chain from `head`, or if another key signed it. Returns where the chain stands
   * once the coordinator has accepted it.
   */
  readonly realign: (head: ChainHead) => Promise<ChainHead>
  /** Sends what an attempt has saved. */
  readonly handOver: (item: CheckpointItem) => Promise<void>
  /** The coordinator refused for good: the owner gets to see why. */
  readonly refused: (item: OutboxItem, error: WindfallError) => void
  readonly accepted: (item: OutboxItem) => void
  /** No final answer yet; the item stays and is tried again. */
  readonly postponed: (item: OutboxItem, error: WindfallError) => void
}

const RETRY_MS = 400

/** For so long the end of an attempt waits for what the attempt has saved, so that the next node gets it with the job. */
export const HANDOVER_PATIENCE_MS = 120_000

/** Delivers what the coordinator must hear, in order, until it has answered; survives restarts and outages. */
export async function runOutbox(deps: OutboxDeps, signal: AbortSignal): Promise<void> {
  const chain: ChainView = { agreement: null, misplaced: null, alone: null }
  let failures = 0
  do {
    const outcome = await deliverNext(deps, chain)
    failures = outcome === 'postponed' ? failures + 1 : 0
    if (outcome === 'empty') await deps.outbox.added(signal)
    if (outcome === 'postponed') await deps.clock.sleep(RETRY_MS + backoffMs(failures, deps.random()), signal)
  } while (!signal.aborted)
}

const asFailure = (error: unknown): WindfallError => (error instanceof WindfallError ? error : new WindfallError('unavailable', messageOf(error)))

async function deliverNext(deps: OutboxDeps, chain: ChainView): Promise<'empty' | 'delivered' | 'postponed'> {
  const { outbox } = deps
  const waiting = outbox.peek()
  if (!waiting) return 'empty'
  const disagreement = await agree(deps, waiting.item, chain)
  if (disagreement) return postpone(deps, waiting.item, disagreement)
  // What goes out may have been signed anew meanwhile.
  const { id, item, createdAt } = outbox.peek() ?? waiting
  const together = CHAINED.has(item.kind) && chain.alone !== id ? companions(deps, chain) : []
  if (together.length > 1) return deliverTogether(deps, chain, together)
  const problem = await attempt(deps, item)
  const isOld = Math.abs(deps.clock.now() - createdAt) >= HANDOVER_PATIENCE_MS
  if (item.kind === 'checkpoint' && problem && isWorthAnotherTry(problem) && isOld) outbox.defer(id)
  return conclude(deps, chain, { id, item, problem })
}

/** An item leaves once it has been answered for good. */
function conclude(
  deps: OutboxDeps,
  chain: ChainView,
  { id, item, problem }: { readonly id: string; readonly item: OutboxItem; readonly problem: WindfallError | null },
): 'delivered' | 'postponed' {
  if (problem && !endsItem(item, problem, chain)) return postpone(deps, item, problem)
  if (problem) deps.refused(item, problem)
  else deps.accepted(item)
  deps.outbox.remove(id)
  return 'delivered'
}

const companions = ({ outbox, signer: { keyId } }: OutboxDeps, { agreement }: ChainView): PlacedItem[] =>
  agreement ? inPlace(firstOf(outbox.chained()), { head: agreement.head, keyId }) : []

/** Several proofs at once: each has the end that it would have alone, up to the first that is not accepted. */
async function deliverTogether(deps: OutboxDeps, chain: ChainView, items: readonly PlacedItem[]): Promise<'delivered' | 'postponed'> {
  const [first] = items as readonly [PlacedItem]
  const verdicts = await sendBatch(deps, items).catch(asFailure)
  if (verdicts instanceof WindfallError) {
    // What is wrong with all may be wrong with one, and an older coordinator takes them one by one.
    if (!isWorthAnotherTry(verdicts)) chain.alone = first.id
    return postpone(deps, first.item, verdicts)
  }
  for (const [index, { id, item, head }] of items.entries()) {
    const problem = problemOf(item, verdicts[index])
    if (problem === 'unread') {
      chain.agreement = null
      return 'delivered'
    }
    const end = conclude(deps, chain, { id, item, problem })
    if (problem) return end
    chain.agreement = { keyId: deps.signer.keyId, head }
  }
  return 'delivered'
}

function postpone({ postponed }: OutboxDeps, item: OutboxItem, problem: WindfallError): 'postponed' {
  postponed(item, problem)
  return 'postponed'
}

/**
 * Gives a proof its place before it goes out: behind the one before it, or where the coordinator says that the chain stands, which is asked
 * unless neither the chain nor the key can have changed otherwise since the last answer.
 */
async function agree({ client, signer, realign }: OutboxDeps, { kind }: OutboxItem, chain: ChainView): Promise<WindfallError | null> {
  const { keyId } = signer
  if (!CHAINED.has(kind)) return null
  try {
    const known = chain.agreement?.keyId === keyId ? chain.agreement.head : null
    chain.agreement = { keyId, head: await realign(known ?? (await client.call('proofChain', {}))) }
    return null
  } catch (error) {
    return asFailure(error)
  }
}

async function attempt(deps: OutboxDeps, item: OutboxItem): Promise<WindfallError | null> {
  try {
    await deliver(deps, item)
    return null
  } catch (error) {
    return asFailure(error)
  }
}

async function deliver({ client, handOver }: OutboxDeps, item: OutboxItem): Promise<void> {
  const { leaseId, token } = item
  switch (item.kind) {
    case 'start':
      await client.call('startAttempt', { leaseId, token })
      return
    case 'checkpoint':
      return handOver(item)
    case 'fail':
      await client.call('failAttempt', { leaseId, token, reason: item.reason, message: item.message, exitCode: item.exitCode, retry: item.retry })
      return
    case 'given-back':
      return checkAnswer(item, await client.call('giveBack', { leaseId, token, envelope: item.envelope, reason: item.reason, message: item.message }))
    case 'proof':
      return checkAnswer(item, await client.call('submitProof', { leaseId, token, envelope: item.envelope, output: item.output }))
    default:
      item satisfies never
  }
}

function checkAnswer(item: { readonly proofId: string }, { proofId }: { readonly proofId: string }): void {
  if (proofId !== item.proofId) throw otherProof(item, proofId)
}
