/** Payouts as their requester and their operator see them, and what a node's owner may ask about their money. */
import { z } from 'zod'
import { call } from './define.ts'
import { Empty, http } from './http-binding.ts'
import { Id, IsoTime, KeyId, SolanaAddress, SolanaSignature, UnsignedDecimal, pageOf } from './wire.ts'

/** What an owner is paid in. */
export const PayoutAsset = z.enum(['sol', 'usdc'])
export type PayoutAsset = z.infer<typeof PayoutAsset>

export const PayoutState = z.enum(['planned', 'signed', 'sent', 'confirmed', 'finalized', 'failed'])
export const PayoutView = z.strictObject({
  payoutId: Id,
  nodeId: KeyId,
  address: SolanaAddress,
  asset: PayoutAsset,
  /** What arrives: lamports, or micro-USDC. */
  amount: UnsignedDecimal,
  /** The same of a payout in SOL; 0 of one in USDC. */
  lamports: UnsignedDecimal,
  /** What the payout takes from the node's earnings, fee and rent included. */
  microUsd: UnsignedDecimal,
  /** What of it the transaction cost, of a payout that its owner asked for. */
  feeMicroUsd: UnsignedDecimal,
  /** What of it the receiver's new USDC account cost. */
  rentMicroUsd: UnsignedDecimal,
  /** The claim that asked for it; `null` of one that went by itself. */
  claimId: Id.nullable(),
  /** Where the conversion rate came from and when, in words. */
  rate: z.string(),
  state: PayoutState,
  signature: SolanaSignature.nullable(),
  cluster: z.string(),
  attempts: z.number().int(),
  createdAt: IsoTime,
  updatedAt: IsoTime,
})
export type PayoutView = z.infer<typeof PayoutView>

/** How a node is paid, and what there is to pay. */
export const PayoutTerms = z.strictObject({
  asset: PayoutAsset,
  /** What this coordinator can pay in. */
  assets: z.array(PayoutAsset).min(1),
  /** Paid by itself as soon as it is worth it; otherwise only when its owner asks. Nothing ever expires. */
  automatic: z.boolean(),
  /** From how much on it is paid by itself, as its owner wants it; `null`: from the least that the coordinator pays. */
  minimumMicroUsd: UnsignedDecimal.nullable(),
  /** From how much on the coordinator pays by itself. */
  leastMicroUsd: UnsignedDecimal,
  address: SolanaAddress.nullable(),
  confirmedMicroUsd: UnsignedDecimal,
  payingMicroUsd: UnsignedDecimal,
  /** Why nothing is paid at the moment; `null` while payouts run. */
  paused: z.string().nullable(),
  cluster: z.string(),
})
export type PayoutTerms = z.infer<typeof PayoutTerms>

/** What a payout at once would cost and bring. It binds the coordinator until it expires. */
export const PayoutQuote = z.strictObject({
  quoteId: Id,
  asset: PayoutAsset,
  address: SolanaAddress,
  /** What it takes from the node's earnings. */
  microUsd: UnsignedDecimal,
  /** What of that the transaction costs at most: less if it is shared with others. */
  feeMicroUsd: UnsignedDecimal,
  feeLamports: UnsignedDecimal,
  /** What of that the receiver's USDC account costs, which does not exist yet; else 0. */
  rentMicroUsd: UnsignedDecimal,
  rentLamports: UnsignedDecimal,
  /** What arrives at least: lamports, or micro-USDC. */
  amount: UnsignedDecimal,
  rate: z.string(),
  cluster: z.string(),
  expiresAt: IsoTime,
})
export type PayoutQuote = z.infer<typeof PayoutQuote>

/** A payout that its owner asked for. */
export const PayoutClaim = z.strictObject({
  claimId: Id,
  payoutId: Id,
  quote: PayoutQuote,
  /** `planned` until its transaction is signed; `failed`: nothing arrived, and the node has its money back. */
  state: PayoutState,
  signature: SolanaSignature.nullable(),
  /** What was taken for the transaction in the end, and what arrives; `null` until it is planned. */
  feeMicroUsd: UnsignedDecimal.nullable(),
  amount: UnsignedDecimal.nullable(),
  createdAt: IsoTime,
  updatedAt: IsoTime,
})
export type PayoutClaim = z.infer<typeof PayoutClaim>

const page = { after: z.string().max(128).nullable().default(null), limit: z.coerce.number().int().min(1).max(200).default(50) }

/** What a node, also one that was removed, may ask about what it is owed. */
export const nodePayoutCalls = {
  getPayoutTerms: call(Empty, PayoutTerms, http('GET', '/v1/node/payout-terms', 'any-node', 'How this node is paid, and what there is to pay')),
  setPayoutTerms: call(
    z.strictObject({ asset: PayoutAsset.optional(), automatic: z.boolean().optional(), minimumMicroUsd: UnsignedDecimal.nullable().optional() }),
    PayoutTerms,
    http('POST', '/v1/node/payout-terms', 'any-node', 'Choose how this node is paid; what is not named stays as it is'),
  ),
  quotePayout: call(
    z.strictObject({ microUsd: UnsignedDecimal.nullable().default(null), asset: PayoutAsset.optional() }),
    PayoutQuote,
    http('POST', '/v1/node/payout-quotes', 'any-node', 'What a payout at once would cost and bring: of an amount, or of everything'),
  ),
  claimPayout: call(
    z.strictObject({ claimId: Id, quoteId: Id }),
    PayoutClaim,
    http('POST', '/v1/node/payout-claims', 'any-node', 'Take a quote: be paid now. Repeating the same claim id is harmless'),
  ),
  listPayoutClaims: call(
    z.strictObject(page),
    pageOf(PayoutClaim),
    http('GET', '/v1/node/payout-claims', 'any-node', 'What this node has claimed, newest first'),
  ),
  getPayoutClaim: call(z.strictObject({ claimId: Id }), PayoutClaim, http('GET', '/v1/node/payout-claims/{claimId}', 'any-node', 'What has become of a claim')),
}
