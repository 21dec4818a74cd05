import { moneyAt } from '../../shared/contract/money.fake.ts'
import { NOW } from './afternoon.fake.ts'

export { OTHER_WALLET, WALLET } from '../../shared/contract/money.fake.ts'
export const { someDays, aMoney, anEarning, aSum, someBalances, someTerms, aQuote, aClaim, aLink, aWallet, aStatement } = moneyAt(NOW)
