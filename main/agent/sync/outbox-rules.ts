/** Which answers end what waits in the outbox, and what is known of the chain that proofs have to continue. Decides nothing by itself, and waits for nothing. */
import type { coordinatorContract } from '../../../shared/contract/coordinator.ts'
import type { OutputOf } from '../../../shared/contract/define.ts'
import type { FailureCode, WindfallError } from '../../../shared/errors.ts'
import type { OutboxItem } from './outbox.store.ts'

type ChainHead = OutputOf<typeof coordinatorContract.proofChain>

/** What carries a proof, and so has a place in the node's chain. */
export const CHAINED: ReadonlySet<OutboxItem['kind']> = new Set(['proof', 'given-back'])

interface Agreement {
  /** The key with which the two agreed where the chain stands. */
  readonly keyId: string
  /** Where the chain stands once the proof that was placed last has been accepted: that one keeps its place until it is answered. */
  readonly head: ChainHead
}

/** What is known of the chain that proofs have to continue. */
export interface ChainView {
  /** `null` at first and after every refusal, when the two may not agree. */
  agreement: Agreement | null
  /** The proof last refused for its place. Refused again in the place the coordinator named, it is refused for good. */
  misplaced: string | null
  /** The item that goes out by itself, because it could not with others. */
  alone: string | null
}

type Problem = Pick<WindfallError, 'code' | 'retry'>

/** The only answers that end an item without having taken it. Anything else (an outage, a defect, a proxy) never loses a proof. */
const isFinal = (code: FailureCode): boolean => code.startsWith('proof.') || ['lease.lost', 'input.invalid', 'input.too-large'].includes(code)

/** What was saved is worth less than a proof: any answer but an outage and a doubt about who we are ends it. */
export const isWorthAnotherTry = ({ code, retry }: Problem): boolean => retry || ['conflict', 'auth.required', 'auth.refused', 'request.garbled'].includes(code)

/** Whether an item that was not taken leaves all the same. What is known of the chain goes with a proof that was refused. */
export function endsItem(item: Pick<OutboxItem, 'kind'> & { readonly proofId?: string }, problem: Problem, chain: ChainView): boolean {
  const { code } = problem
  if (item.kind === 'checkpoint') return !isWorthAnotherTry(problem)
  if (!isFinal(code)) return false
  if (item.proofId === undefined) return true
  chain.agreement = null
  if (code !== 'proof.sequence' || chain.misplaced === item.proofId) return true
  chain.misplaced = item.proofId
  return false
}
