/** An owner's money on one afternoon, for tests: what an agent and its coordinator would say at `NOW`. */
import { earningsAt } from './earnings.fake.ts'
import type { LedgerStatement } from './ledger.ts'
import { payoutsAt } from './payouts.fake.ts'
import { someEntries, statementAt } from './statement.fake.ts'
import { WALLET, someTerms } from './terms.fake.ts'

export { WALLET }
export const OTHER_WALLET = 'Gh9ZwEmdLJ8DscKNTkTqPbNwLNNBjuSzaG9Vp2KGtKJr'

/** Builders of everything a window is told about money, at a moment. */
export const moneyAt = (NOW: number) => ({
  ...earningsAt(NOW),
  ...payoutsAt(NOW),
  aStatement: (changes: Partial<LedgerStatement> = {}) => statementAt(NOW, changes),
  someEntries: () => someEntries(NOW),
  someTerms,
})
