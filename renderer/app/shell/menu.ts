import { t } from '../../../shared/i18n/translate.ts'
import type { PageName, Route } from '../../lib/router.ts'

export interface MenuItem {
  readonly route: Route
  readonly label: string
  /** The pages on which it is marked. */
  readonly pages: readonly PageName[]
}

/** The pages an owner moves between, in the order of the menu and of their shortcuts. */
export const MENU: readonly MenuItem[] = [
  { route: { page: 'home' }, label: t('Home'), pages: ['home'] },
  { route: { page: 'day' }, label: t('Day report'), pages: ['day'] },
  { route: { page: 'jobs' }, label: t('Jobs'), pages: ['jobs', 'job'] },
  { route: { page: 'earnings' }, label: t('Earnings'), pages: ['earnings', 'earning', 'statement'] },
  { route: { page: 'receipts' }, label: t('Receipts'), pages: ['receipts', 'receipt', 'opened-receipt'] },
  { route: { page: 'payouts' }, label: t('Payouts'), pages: ['payouts', 'payout'] },
  { route: { page: 'grid' }, label: t('Grid'), pages: ['grid'] },
  { route: { page: 'machine' }, label: t('This machine'), pages: ['machine', 'diagnostics'] },
  { route: { page: 'settings' }, label: t('Settings'), pages: ['settings'] },
]
