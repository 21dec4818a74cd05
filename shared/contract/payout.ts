/** A payout as its requester and its operator see it. */
import { z } from 'zod'
import { Id, IsoTime, KeyId, SolanaAddress, SolanaSignature, UnsignedDecimal } from './wire.ts'

const PayoutState = z.enum(['planned', 'signed', 'sent', 'confirmed', 'finalized', 'failed'])
export const PayoutView = z.strictObject({
  payoutId: Id,
  nodeId: KeyId,
  address: SolanaAddress,
  lamports: UnsignedDecimal,
  microUsd: UnsignedDecimal,
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
