/** Protected jobs: their money lies in USDC in a vault that no one of requester, coordinator and arbiter can empty alone. */
import { z } from 'zod'
import { call } from './define.ts'
import { http } from './http-binding.ts'
import { OrderReason } from './ledger.ts'
import { Base64, Id, IsoTime, PageRequest, SolanaAddress, SolanaSignature, UnsignedDecimal, pageOf } from './wire.ts'

/**
 * `releasing`: two have signed where the money goes, and it is not final yet. `cancelled`: given up before its money came. `written-off`: requester and
 * arbiter have emptied it together, and the operator has booked what is missing as lost.
 */
export const VaultState = z.enum(['waiting', 'funded', 'releasing', 'released', 'expired', 'cancelled', 'written-off'])
export type VaultState = z.infer<typeof VaultState>

export const VaultSigner = z.enum(['requester', 'arbiter'])
export type VaultSigner = z.infer<typeof VaultSigner>

export const VaultView = z.strictObject({
  jobId: Id,
  requesterId: Id,
  state: VaultState,
  /** What it waits for, or what came of it. */
  reason: z.string().max(400),
  /** Two of these three have to sign. */
  wallet: SolanaAddress,
  coordinator: SolanaAddress,
  arbiter: SolanaAddress,
  /** The mint of USDC. */
  mint: SolanaAddress,
  multisig: SolanaAddress,
  /** Where the money lies. */
  account: SolanaAddress,
  /** What has to lie there before the job is taken. */
  dueMicroUsdc: UnsignedDecimal,
  /** What lies there for good, by the books. */
  heldMicroUsdc: UnsignedDecimal,
  /** What of it nothing has been spent of or set aside from: micro-USD, which are 1:1. */
  freeMicroUsd: UnsignedDecimal,
  /** The release that counts; `null` before there is one. */
  release: z
    .strictObject({ signature: SolanaSignature, by: VaultSigner, paidMicroUsdc: UnsignedDecimal, returnedMicroUsdc: UnsignedDecimal, at: IsoTime })
    .nullable(),
  cluster: z.string().max(40),
  createdAt: IsoTime,
  expiresAt: IsoTime,
})
export type VaultView = z.infer<typeof VaultView>

const step = { jobId: Id, by: VaultSigner.default('requester') }

const VaultStep = z.strictObject({
  /** `open` makes the vault and pays in; `release` pays for what was done and returns the rest. */
  step: z.enum(['open', 'release']),
  /** Who has to sign it, and pays its fee. */
  signer: SolanaAddress,
  /** In words. */
  what: z.string().max(400),
  /** Solana message (v0) to sign. */
  message: Base64.max(1_700),
})
export type VaultStep = z.infer<typeof VaultStep>

export const vaultCalls = {
  openVault: call(
    z.strictObject({ jobId: Id, wallet: SolanaAddress, microUsd: UnsignedDecimal }),
    VaultView,
    http('POST', '/v1/account/vaults', 'account.write', 'Begin a protected job: agree on a vault for its money; repeating it is harmless'),
  ),
  listVaults: call(
    PageRequest.extend({ limit: z.coerce.number().int().min(1).max(100).default(20) }),
    pageOf(VaultView),
    http('GET', '/v1/account/vaults', 'account.read', 'Your vaults, newest first; for operators those of everybody'),
  ),
  cancelVault: call(
    z.strictObject({ jobId: Id }),
    VaultView,
    http('POST', '/v1/account/vaults/{jobId}/cancel', 'account.write', 'Give up a vault whose money has not come; repeating it is harmless'),
  ),
  writeOffVault: call(
    z.strictObject({ jobId: Id, reason: OrderReason }),
    VaultView,
    http(
      'POST',
      '/v1/vaults/{jobId}/write-off',
      'ledger.write',
      'Book as lost what requester and arbiter have taken out of a vault together; only for the operator',
    ),
  ),
  getVault: call(
    z.strictObject({ jobId: Id }),
    VaultView,
    http('GET', '/v1/account/vaults/{jobId}', 'account.read', 'How the vault of a protected job stands; for operators that of anybody'),
  ),
  planVault: call(
    z.strictObject(step),
    VaultStep,
    http('POST', '/v1/account/vaults/{jobId}/plan', 'account.write', 'What is to be signed next: the opening of the vault, or its release'),
  ),
  signVault: call(
    z.strictObject({ ...step, message: Base64.max(1_700), signature: SolanaSignature }),
    VaultView,
    http(
      'POST',
      '/v1/account/vaults/{jobId}/sign',
      'account.write',
      'Hand in the signature; the coordinator adds its own to a release. Repeating it is harmless',
    ),
  ),
}
