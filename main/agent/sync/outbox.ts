import { type FailureCode, WindfallError, messageOf } from '../../../shared/errors.ts'
import type { Client, OutputOf } from '../../../shared/contract/define.ts'
import type { coordinatorContract } from '../../../shared/contract/coordinator.ts'
import { backoffMs } from '../../kernel/backoff.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Signer } from '../../kernel/signing.ts'
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

/** What carries a proof, and so has a place in the node's chain. */
const CHAINED: ReadonlySet<OutboxItem['kind']> = new Set(['proof', 'given-back'])

interface Agreement {
  /** The key with which the two agreed where the chain stands. */
  readonly keyId: string
  /** Where the chain stands once the proof that was placed last has been accepted: that one keeps its place until it is answered. */
  readonly head: ChainHead
}

/** What is known of the chain that proofs have to continue. */
interface ChainView {
  /** `null` at first and after every refusal, when the two may not agree. */
  agreement: Agreement | null
  /** The proof last refused for its place. Refused again in the place the coordinator named, it is refused for good. */
  misplaced: string | null
  /** The item that goes out by itself, because it could not with others. */
  alone: string | null
}

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

/** The only answers that end an item without having taken it. Anything else (an outage, a defect, a proxy) never loses a proof. */
const isFinal = (code: FailureCode): boolean => code.startsWith('proof.') || ['lease.lost', 'input.invalid', 'input.too-large'].includes(code)

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

/** What was saved is worth less than a proof: any answer but an outage and a doubt about who we are ends it. */
const isWorthAnotherTry = ({ code, retry }: WindfallError): boolean => retry || ['conflict', 'auth.required', 'auth.refused'].includes(code)

function endsItem(item: OutboxItem, problem: WindfallError, chain: ChainView): boolean {
  const { code } = problem
  if (item.kind === 'checkpoint') return !isWorthAnotherTry(problem)
  if (!isFinal(code)) return false
  if (!('proofId' in item)) return true
  chain.agreement = null
  if (code !== 'proof.sequence' || chain.misplaced === item.proofId) return true
  chain.misplaced = item.proofId
  return false
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
