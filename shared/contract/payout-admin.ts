/** What an operator sees of payouts and may do about them. */
import { z } from 'zod'
import { call } from './define.ts'
import { Empty, http } from './http-binding.ts'
import { PayoutAsset, PayoutState } from './payout.ts'
import { severalOf } from './several.ts'
import { Actor, DecimalString, Id, IsoTime, SolanaAddress, SolanaSignature, UnsignedDecimal, pageOf } from './wire.ts'

const reason = z.string().min(1).max(200)

const PayoutBatchKind = z.enum(['payout', 'anchor', 'lane'])

export const PayoutBatchView = z.strictObject({
  batchId: Id,
  kind: PayoutBatchKind,
  asset: PayoutAsset,
  state: PayoutState,
  recipients: z.number().int().min(0),
  amount: UnsignedDecimal,
  microUsd: UnsignedDecimal,
  memo: z.string(),
  rate: z.string(),
  /** How many operators have to approve before it is signed, and those who have. */
  approvalsNeeded: z.number().int().min(0),
  approvedBy: z.array(Actor),
  signature: SolanaSignature.nullable(),
  attempts: z.number().int().min(0),
  failure: z.string().nullable(),
  createdAt: IsoTime,
  updatedAt: IsoTime,
})
export type PayoutBatchView = z.infer<typeof PayoutBatchView>

/** The hot wallet's side of one asset. */
const Purse = z.strictObject({
  asset: PayoutAsset,
  /** On chain, confirmed; `null` while no endpoint answers. */
  balance: UnsignedDecimal.nullable(),
  /** In the books. */
  booked: DecimalString,
  /** Planned or sent and not yet final. */
  inFlight: UnsignedDecimal,
})

export const PayoutStatus = z.strictObject({
  cluster: z.string(),
  hotWallet: SolanaAddress,
  paused: z.strictObject({ reason: z.string(), by: z.string(), since: IsoTime.nullable() }).nullable(),
  /** Why nothing has moved since, in words; `null` while the last pass went through. */
  trouble: z.string().nullable(),
  purses: z.array(Purse),
  refill: z.strictObject({ needed: z.boolean(), message: z.string() }),
  waiting: z.strictObject({ claims: z.number().int(), approvals: z.number().int(), open: z.number().int() }),
  caps: z.strictObject({
    hour: z.strictObject({ usedMicroUsd: UnsignedDecimal, maxMicroUsd: UnsignedDecimal }),
    day: z.strictObject({ usedMicroUsd: UnsignedDecimal, maxMicroUsd: UnsignedDecimal }),
    recipientDayMicroUsd: UnsignedDecimal,
    approvalAboveMicroUsd: UnsignedDecimal.nullable(),
  }),
})
export type PayoutStatus = z.infer<typeof PayoutStatus>

/** One transaction of the hot wallet that the books do not know. */
const Unknown = z.strictObject({
  signature: SolanaSignature,
  memo: z.string().nullable(),
  lamports: DecimalString,
  microUsdc: DecimalString,
  /** What is done about it: booked to the payouts of a batch that is known, to nodes by their addresses, as a fee, as a deposit, or as a loss; or nothing. */
  verdict: z.enum(['batch', 'addresses', 'fee', 'deposit', 'written-off', 'unexplained']),
  explanation: z.string(),
  /** Of a payment whose batch these books never had: the rate of the rebuild that it is booked at, since that of its own time is lost. */
  rate: z.string().nullable().default(null),
})

export const PayoutRebuild = z.strictObject({
  applied: z.boolean(),
  transactions: z.number().int(),
  known: z.number().int(),
  found: z.array(Unknown).max(10_000),
})
export type PayoutRebuild = z.infer<typeof PayoutRebuild>

export const payoutAdminCalls = {
  getPayoutStatus: call(
    Empty,
    PayoutStatus,
    http('GET', '/v1/payouts/status', 'payouts.read', 'Hot wallet, caps, pause and what waits; only for the operator'),
  ),
  pausePayouts: call(
    z.strictObject({ reason }),
    PayoutStatus,
    http('POST', '/v1/payouts/pause', 'payouts.write', 'Let nothing leave the hot wallet; what has left it is still tracked. Only for the operator'),
  ),
  resumePayouts: call(Empty, PayoutStatus, http('POST', '/v1/payouts/resume', 'payouts.write', 'Let payouts run again; only for the operator')),
  listPayoutBatches: call(
    z.strictObject({
      /** Only those that wait for an approval. */
      waiting: z.stringbool().or(z.boolean()).default(false),
      /** One or more, separated by commas. */
      state: severalOf(PayoutState.options).optional(),
      kind: severalOf(PayoutBatchKind.options).optional(),
      after: z.string().max(128).nullable().default(null),
      limit: z.coerce.number().int().min(1).max(200).default(50),
    }),
    pageOf(PayoutBatchView),
    http('GET', '/v1/payouts/batches', 'payouts.read', 'Transactions of the hot wallet, newest first; only for the operator'),
  ),
  approvePayout: call(
    z.strictObject({ batchId: Id }),
    PayoutBatchView,
    http('POST', '/v1/payouts/batches/{batchId}/approve', 'payouts.approve', 'Let a large batch go, once two operators have; only for operators'),
  ),
  rejectPayout: call(
    z.strictObject({ batchId: Id, reason }),
    PayoutBatchView,
    http(
      'POST',
      '/v1/payouts/batches/{batchId}/reject',
      'payouts.approve',
      'Give the money of a batch that waits for approval back to its nodes; only for operators',
    ),
  ),
  rebuildPayouts: call(
    z.strictObject({ apply: z.boolean().default(false), writeOff: z.array(SolanaSignature).max(100).default([]) }),
    PayoutRebuild,
    http('POST', '/v1/payouts/rebuild', 'payouts.write', 'Book what the chain knows of the hot wallet and the books do not; only for the operator'),
  ),
}
