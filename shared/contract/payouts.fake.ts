/** What an owner is paid, and where, on one afternoon, for tests. */
import { toIso } from '../units.ts'
import type { NodeBalances } from './ledger.ts'
import type { PayoutClaim, PayoutQuote } from './payout.ts'
import { WALLET } from './terms.fake.ts'
import type { WalletLink, WalletView } from './wallet.ts'

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE

/** Builders of what a coordinator says of balances, payouts and wallets at a moment. */
export function payoutsAt(NOW: number) {
  const at = (ms: number): string => toIso(NOW + ms)
  const someBalances = (changes: Partial<NodeBalances> = {}): NodeBalances => ({
    nodeId: 'n'.repeat(43),
    asOf: at(0),
    accruedMicroUsd: '310000',
    confirmedMicroUsd: '14720000',
    payingMicroUsd: '1250000',
    paidMicroUsd: '203100000',
    credits: { pending: '12500', verified: '48200', redeemed: '0' },
    creditRate: null,
    ...changes,
  })

  const aQuote = (changes: Partial<PayoutQuote> = {}): PayoutQuote => ({
    quoteId: 'quote-1',
    asset: 'sol',
    address: WALLET,
    microUsd: '14720000',
    feeMicroUsd: '750',
    feeLamports: '5000',
    rentMicroUsd: '0',
    rentLamports: '0',
    amount: '98128333',
    rate: '1 SOL = 150.000000 USD, fixed by the operator, 2026-11-21T12:00:00.000Z',
    cluster: 'devnet',
    expiresAt: at(2 * MINUTE),
    ...changes,
  })

  const aClaim = (changes: Partial<PayoutClaim> = {}): PayoutClaim => ({
    claimId: 'quote-1',
    payoutId: 'payout-34',
    quote: aQuote(),
    state: 'planned',
    signature: null,
    feeMicroUsd: '750',
    amount: '98128333',
    createdAt: at(-MINUTE),
    updatedAt: at(-MINUTE),
    ...changes,
  })

  const aLink = (changes: Partial<WalletLink> = {}): WalletLink => ({
    linkId: 'link-1',
    code: 'K7QM-2XRD',
    url: 'https://windfall.example/link/QmFzZTY0dXJsLXNlY3JldC1vZi0zMi1sZXR0',
    reachable: true,
    state: 'waiting',
    address: null,
    expiresAt: at(9 * MINUTE),
    ...changes,
  })

  const aWallet = (changes: Partial<WalletView> = {}): WalletView => ({
    address: WALLET,
    source: 'wallet',
    since: at(-40 * DAY),
    pending: null,
    link: null,
    history: [{ address: WALLET, source: 'wallet', since: at(-40 * DAY) }],
    ...changes,
  })
  return { someBalances, aQuote, aClaim, aLink, aWallet }
}
