import type { PayoutTerms } from './payout.ts'

export const WALLET = '7Np41oeYqPefeNQEHSv1UDhYrehxin3NStELsSKCT4K2'

/** How an owner is paid who has chosen nothing yet, for tests. */
export const someTerms = (changes: Partial<PayoutTerms> = {}): PayoutTerms => ({
  asset: 'sol',
  assets: ['sol', 'usdc'],
  automatic: true,
  minimumMicroUsd: null,
  leastMicroUsd: '10000000',
  address: WALLET,
  confirmedMicroUsd: '14720000',
  payingMicroUsd: '1250000',
  paused: null,
  cluster: 'devnet',
  ...changes,
})
