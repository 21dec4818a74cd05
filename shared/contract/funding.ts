/** Money that requesters pay in on Solana: a request that a wallet can pay, and what came of it. */
import { z } from 'zod'
import { call } from './define.ts'
import { http } from './http-binding.ts'
import { Id, IsoTime, SolanaAddress, SolanaSignature, UnsignedDecimal, pageOf } from './wire.ts'

export const DepositAsset = z.enum(['sol', 'usdc'])
export type DepositAsset = z.infer<typeof DepositAsset>

/** `held`: something arrived that is not what was asked for; the operator credits it or sends it back. */
export const DepositState = z.enum(['waiting', 'credited', 'held', 'returned', 'expired'])
export type DepositState = z.infer<typeof DepositState>

/** What arrived for a request, for good. */
const DepositPayment = z.strictObject({
  signature: SolanaSignature,
  state: z.enum(['credited', 'held', 'returned']),
  /** Lamports or micro-USDC; for another token its smallest units. */
  units: UnsignedDecimal,
  creditedMicroUsd: UnsignedDecimal,
  /** Why it was not simply credited, or who decided what. */
  reason: z.string().max(300).nullable(),
  at: IsoTime,
})

export const DepositView = z.strictObject({
  depositId: Id,
  requesterId: Id,
  state: DepositState,
  asset: DepositAsset,
  microUsd: UnsignedDecimal,
  /** What to pay, exactly: lamports or micro-USDC. */
  units: UnsignedDecimal,
  /** The conversion in words, with source and time. */
  rate: z.string().max(160),
  recipient: SolanaAddress,
  /** By which the payment is found on chain. */
  reference: SolanaAddress,
  /** Solana Pay transfer request, for a wallet or as a QR code. */
  url: z.string().max(600),
  cluster: z.string().max(40),
  /** What arrives later is held, since the rate may no longer hold. */
  expiresAt: IsoTime,
  createdAt: IsoTime,
  payments: z.array(DepositPayment).max(20),
})
export type DepositView = z.infer<typeof DepositView>

const ref = z.strictObject({ depositId: Id })

export const depositCalls = {
  requestDeposit: call(
    z.strictObject({ depositId: Id, microUsd: UnsignedDecimal, asset: DepositAsset.default('sol') }),
    DepositView,
    http('POST', '/v1/account/deposits', 'account.write', 'Ask for a Solana Pay request to pay in by; repeating the same id is harmless'),
  ),
  listDeposits: call(
    z.strictObject({
      /** `everybody`: for operators. */
      of: z.enum(['me', 'everybody']).default('me'),
      state: DepositState.nullable().default(null),
      after: z.string().max(128).nullable().default(null),
      limit: z.coerce.number().int().min(1).max(200).default(50),
    }),
    pageOf(DepositView),
    http('GET', '/v1/account/deposits', 'account.read', 'What was paid in on Solana or is awaited, newest first; for operators that of everybody'),
  ),
  getDeposit: call(ref, DepositView, http('GET', '/v1/account/deposits/{depositId}', 'account.read', 'How far one deposit has come')),
  decideDeposit: call(
    z.strictObject({ signature: SolanaSignature, decision: z.enum(['credit', 'returned']), reason: z.string().min(1).max(200) }),
    DepositView,
    http(
      'POST',
      '/v1/deposits/{signature}/decide',
      'ledger.write',
      'Credit a payment that was held at the rate of its request, or note that it was sent back; repeating it is harmless. For operators',
    ),
  ),
}
