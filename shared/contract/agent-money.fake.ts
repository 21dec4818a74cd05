import type { ownMoneyCalls, passedOnCalls } from './agent-money.ts'
import type { Handlers } from './define.ts'
import { aNodeView } from './node-view.fake.ts'
import type { moneyAt } from './money.fake.ts'

/** An agent whose owner has earned and been paid, and whose coordinator answers. */
export const moneyHandlers = (facts: ReturnType<typeof moneyAt>): Handlers<typeof ownMoneyCalls & typeof passedOnCalls, undefined> => ({
  getMoney: () => facts.aMoney(),
  listEarnings: ({ payoutId }) => ({
    items: facts.someEarnings().filter(({ parts }) => payoutId === null || parts.some((part) => part.payoutId === payoutId)),
    next: null,
  }),
  getEarning: ({ earningId }) =>
    facts.aSum({ earning: facts.someEarnings().find((earning) => earning.earningId === earningId) ?? facts.anEarning({ earningId }) }),
  setTariff: () => facts.aMoney(),
  getStanding: () => aNodeView(),
  getBalances: () => facts.someBalances(),
  getStatement: ({ month }) => facts.aStatement({ month }),
  getEntries: ({ about }) => ({ transactions: facts.someEntries().filter(({ transactionId }) => about === `transaction:${transactionId}`) }),
  redeemCredits: ({ microEur }) => facts.someBalances({ credits: { pending: '12500', verified: '0', redeemed: microEur } }),
  getPayoutTerms: () => facts.someTerms(),
  setPayoutTerms: ({ asset, automatic }) => facts.someTerms({ ...(asset && { asset }), ...(automatic === undefined ? {} : { automatic }) }),
  quotePayout: () => facts.aQuote(),
  dropQuote: () => ({ claims: [], quote: null }),
  claimPayout: () => facts.aClaim(),
  getPayoutClaims: () => ({ claims: [], quote: null }),
  getWallet: () => facts.aWallet(),
  beginWalletLink: () => facts.aLink(),
  confirmWalletLink: () => facts.aWallet(),
  cancelWalletLink: () => facts.aWallet(),
  cancelWalletChange: () => facts.aWallet(),
  setPayoutAddress: () => facts.aWallet(),
})
