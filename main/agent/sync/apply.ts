import { z } from 'zod'
import type { NodeEvent } from '../../../shared/contract/node-event.ts'
import type { ReceiptSummary } from '../../../shared/contract/receipt.ts'
import type { ReceiptBundle } from '../../../shared/domain/carbon-receipt.ts'
import { SolanaAddress, IsoTime } from '../../../shared/contract/wire.ts'
import { fromIso } from '../../../shared/units.ts'
import type { FactsStore } from './facts.store.ts'

/** What the job list shows once the coordinator has spoken. */
interface Verdict {
  readonly state?: 'accepted' | 'given-back' | 'refused'
  readonly code: string | null
  readonly message: string | null
  readonly receiptId?: string
}

export const PayoutRefusal = z.strictObject({ address: z.string(), reason: z.string() })
export type PayoutRefusal = z.infer<typeof PayoutRefusal>

/** Where the coordinator pays this node to, and what takes over when. */
export const PaidTo = z.strictObject({
  address: SolanaAddress.nullable(),
  pending: z.strictObject({ address: SolanaAddress, effectiveAt: IsoTime }).nullable(),
})
export type PaidTo = z.infer<typeof PaidTo>

export interface ApplyDeps {
  readonly facts: FactsStore
  readonly summaryOf: (bundle: ReceiptBundle) => ReceiptSummary
  readonly verdict: (proofId: string, verdict: Verdict) => void
  /** Writes the `.wfreceipt` file; writing it twice is harmless. */
  readonly writeReceipt: (receiptId: string, bundle: ReceiptBundle) => void
  /** What is known against the address that is paid; `null` takes it back. */
  readonly payoutRefused: (refusal: PayoutRefusal | null) => void
  readonly paidTo: (told: PaidTo) => void
}

const GIVEN_BACK =
  'The job goes on, or is done once more to compare. This run is paid when it is finished or its requester cancels it, and not if it fails or misses its deadline.'

/** Stores one event of the node's feed. Applying it again changes nothing. */
export function applyEvent({ facts, summaryOf, verdict, writeReceipt, payoutRefused, paidTo }: ApplyDeps, { at, fact }: NodeEvent): void {
  switch (fact.kind) {
    case 'proof-accepted':
      verdict(
        fact.proofId,
        fact.receiptId === null
          ? { state: 'given-back', code: null, message: GIVEN_BACK }
          : { state: 'accepted', code: null, message: null, receiptId: fact.receiptId },
      )
      return
    case 'run-unpaid':
      verdict(fact.proofId, { state: 'given-back', code: `unpaid.${fact.cause}`, message: fact.message })
      return
    case 'proof-refused':
      verdict(fact.proofId, { state: 'refused', code: fact.code, message: fact.message })
      return
    case 'receipt':
      facts.addReceipt(summaryOf(fact.bundle), fact.bundle)
      writeReceipt(fact.receiptId, fact.bundle)
      return
    case 'earning':
      facts.addEarning({
        earningId: fact.earningId,
        jobId: fact.jobId,
        receiptId: fact.receiptId,
        state: fact.state,
        microUsd: BigInt(fact.microUsd),
        at: fromIso(at),
      })
      return
    case 'challenge':
      // What the samples confirm needs no word; it takes back what an earlier challenge said.
      verdict(fact.proofId, fact.state === 'valid' ? { code: null, message: null } : { code: `challenge.${fact.state}`, message: fact.message })
      return
    case 'payout': {
      const { kind: _, ...payout } = fact
      facts.putPayout({ ...payout, at })
      if (fact.state === 'planned') payoutRefused(null)
      return
    }
    case 'payout-refused':
      payoutRefused({ address: fact.address, reason: fact.reason })
      return
    case 'payout-address':
      paidTo({ address: fact.address, pending: fact.pending })
      return
    default:
      fact satisfies never
  }
}
