/** What a window asks about its owner's money and standing: what this machine knows by itself, and what it passes on to its coordinator. */
import { z } from 'zod'
import { Tariff } from '../domain/tariff.ts'
import { call } from './define.ts'
import { CreditRedemption, LedgerEntries, LedgerStatement, LedgerSubject, NodeBalances, OwnStatementRequest } from './ledger.ts'
import { Earning, EarningSum, EarningsRequest, MoneyView } from './money.ts'
import { NodeView } from './node-admin.ts'
import { PayoutAsset, PayoutClaim, PayoutQuote, PayoutTerms } from './payout.ts'
import { Id, SolanaAddress, UnsignedDecimal, pageOf } from './wire.ts'
import { WalletLink, WalletView } from './wallet.ts'

const Empty = z.strictObject({})

/** What is only said of a payout in another asset than SOL, or of one whose owner asked for it and bears its costs. */
export const PayoutExtras = {
  asset: PayoutAsset.optional(),
  /** What arrives of it. */
  microUsdc: UnsignedDecimal.optional(),
  feeMicroUsd: UnsignedDecimal.optional(),
  rentMicroUsd: UnsignedDecimal.optional(),
  claimId: Id.optional(),
}

/** Known here, with or without a coordinator. */
export const ownMoneyCalls = {
  getMoney: call(Empty, MoneyView),
  listEarnings: call(EarningsRequest, pageOf(Earning)),
  /** Error: `not-found`. */
  getEarning: call(z.strictObject({ earningId: Id }), EarningSum),
  /** What electricity costs the owner; `null` goes back to what the settings file says. Error: `input.invalid`. */
  setTariff: call(z.strictObject({ tariff: Tariff.nullable() }), MoneyView),
}

const PayoutClaims = z.strictObject({ claims: z.array(PayoutClaim).max(20), quote: PayoutQuote.nullable() })
export type PayoutClaims = z.infer<typeof PayoutClaims>

/** Answered by the coordinator; the state of a claim and of a wallet link is there, and closing the window changes nothing. Error: `unavailable`. */
export const passedOnCalls = {
  /** This machine as the coordinator sees it, and why. */
  getStanding: call(Empty, NodeView),
  getBalances: call(Empty, NodeBalances),
  /** A month by the coordinator's books, oldest first, page by page. */
  getStatement: call(OwnStatementRequest, LedgerStatement),
  /** The entries behind an amount. */
  getEntries: call(z.strictObject({ about: LedgerSubject }), LedgerEntries),
  /** Turns verified carbon credits into confirmed money, once per redemption id. Errors: `conflict` without a rate, `funds.insufficient`. */
  redeemCredits: call(CreditRedemption, NodeBalances),
  getPayoutTerms: call(Empty, PayoutTerms),
  setPayoutTerms: call(
    z.strictObject({ asset: PayoutAsset.optional(), automatic: z.boolean().optional(), minimumMicroUsd: UnsignedDecimal.nullable().optional() }),
    PayoutTerms,
  ),
  quotePayout: call(z.strictObject({ microUsd: UnsignedDecimal.nullable().default(null) }), PayoutQuote),
  /** A quote is one claim, however often it is taken: the claim bears its id. */
  claimPayout: call(z.strictObject({ quoteId: Id }), PayoutClaim),
  /** The newest ones first, and the quote that the owner has not taken yet: a window that opens again shows where they were. */
  getPayoutClaims: call(Empty, PayoutClaims),
  /** The owner does not take it. */
  dropQuote: call(Empty, PayoutClaims),
  getWallet: call(Empty, WalletView),
  beginWalletLink: call(Empty, WalletLink),
  /** The owner says on this machine that the wallet that signed is theirs; the device key signs that. */
  confirmWalletLink: call(z.strictObject({ linkId: Id, address: SolanaAddress }), WalletView),
  cancelWalletLink: call(z.strictObject({ linkId: Id }), WalletView),
  cancelWalletChange: call(Empty, WalletView),
  /** A pasted address; it waits before it takes over from another. Errors: `input.invalid`, `chain.unavailable`. */
  setPayoutAddress: call(z.strictObject({ address: SolanaAddress }), WalletView),
}
