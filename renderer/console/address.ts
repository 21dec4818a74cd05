import { type PageName, hrefOf } from './routes.ts'

type ListPage = Extract<PageName, 'fleet' | 'jobs' | 'zones' | 'decisions' | 'incidents' | 'ledger' | 'payouts' | 'approvals' | 'receipts' | 'submit-job'>

/** The address of a list that is narrowed by filters. */
export const listHref = (page: ListPage, filters: Readonly<Record<string, string>> = {}): string => hrefOf({ page }, new URLSearchParams(filters))
