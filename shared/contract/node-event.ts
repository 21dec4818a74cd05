/** What a node is told of its work and its money. */
import { z } from 'zod'
import { ReceiptBundle } from '../domain/carbon-receipt.ts'
import { PayoutAsset } from './payout.ts'
import { ChallengeState, UnpaidCause } from './proof.ts'
import { DecimalString, Id, IsoTime, SolanaAddress, SolanaSignature, UnsignedDecimal } from './wire.ts'

/** One thing that happened to a node, in order; the agent asks for what follows the last it has stored. */
export const NodeEvent = z.strictObject({
  seq: z.number().int().positive(),
  at: IsoTime,
  fact: z.discriminatedUnion('kind', [
    /** Said again with a receipt once the job has ended, of a run that was given back. */
    z.strictObject({ kind: z.literal('proof-accepted'), proofId: Id, jobId: Id, receiptId: Id.nullable() }),
    z.strictObject({ kind: z.literal('run-unpaid'), proofId: Id, jobId: Id, cause: UnpaidCause, message: z.string().max(500) }),
    z.strictObject({
      kind: z.literal('proof-refused'),
      proofId: z.string().max(64),
      jobId: z.string().max(64),
      code: z.string().max(40),
      message: z.string().max(500),
    }),
    z.strictObject({ kind: z.literal('receipt'), receiptId: Id, bundle: ReceiptBundle }),
    z.strictObject({ kind: z.literal('earning'), earningId: Id, jobId: Id, receiptId: Id, state: z.enum(['accrued', 'confirmed']), microUsd: DecimalString }),
    z.strictObject({
      kind: z.literal('challenge'),
      challengeId: Id,
      proofId: Id,
      jobId: Id,
      state: ChallengeState.exclude(['asked']),
      message: z.string().max(500),
    }),
    z.strictObject({
      kind: z.literal('payout'),
      payoutId: Id,
      state: z.enum(['planned', 'sent', 'confirmed', 'finalized', 'failed']),
      lamports: UnsignedDecimal,
      microUsd: UnsignedDecimal,
      signature: SolanaSignature.nullable(),
      address: SolanaAddress,
      rate: z.string().max(120),
      cluster: z.string().max(40),
      /** Said of a payout in another asset than SOL, with what arrives of it. */
      asset: PayoutAsset.optional(),
      microUsdc: UnsignedDecimal.optional(),
      /** What of it the transaction and a new account cost, where the receiver bears that, and the claim that asked for it. */
      feeMicroUsd: UnsignedDecimal.optional(),
      rentMicroUsd: UnsignedDecimal.optional(),
      claimId: Id.optional(),
    }),
    /** Said once for each reason, until the address can be paid. The money stays confirmed. */
    z.strictObject({ kind: z.literal('payout-refused'), address: SolanaAddress, reason: z.string().max(300) }),
    /** Where the node is paid has changed or is about to: an owner who did not ask for it takes it back in time. */
    z.strictObject({
      kind: z.literal('payout-address'),
      address: SolanaAddress.nullable(),
      pending: z.strictObject({ address: SolanaAddress, effectiveAt: IsoTime }).nullable(),
    }),
  ]),
})
export type NodeEvent = z.infer<typeof NodeEvent>
