import type { ReactNode } from 'react'
import type { Permission } from '../../../shared/domain/permissions.ts'
import { Page } from '../../ui/page.tsx'
import prose from '../../ui/prose.module.css'
import { type FilterKinds, useFilters } from '../filters.ts'
import { useMe, useSeesAll } from '../me.ts'
import { ViewLinks } from '../order/view-links.tsx'
import { hrefOf } from '../routes.ts'
import { BooksPart } from './books-part.tsx'
import { CommunityPart } from './community-part.tsx'
import { DepositsPart } from './deposits-part.tsx'
import { DisputesPart } from './disputes-part.tsx'
import { EntriesPart } from './entries-part.tsx'
import { subjectIn } from './ledger-words.ts'
import { PeriodsPart } from './periods-part.tsx'
import { RequestersPart } from './requesters-part.tsx'
import { StatementPart } from './statement-part.tsx'
import { TransactionsPart } from './transactions-part.tsx'

interface View {
  readonly label: string
  readonly needs: Permission
  /** Only for who sees everybody's. */
  readonly forAll?: boolean
  readonly show: () => ReactNode
}

const VIEWS: Readonly<Record<string, View>> = {
  transactions: { label: 'Transactions', needs: 'account.read', show: () => <TransactionsPart /> },
  statement: { label: 'Statement', needs: 'account.read', show: () => <StatementPart /> },
  periods: { label: 'Periods and balances', needs: 'account.read', show: () => <PeriodsPart /> },
  requesters: { label: 'Requesters', needs: 'requesters.read', show: () => <RequestersPart /> },
  deposits: { label: 'Deposits', needs: 'account.read', forAll: true, show: () => <DepositsPart /> },
  disputes: { label: 'Disputes', needs: 'ledger.read', show: () => <DisputesPart /> },
  community: { label: 'Community fund', needs: 'account.read', show: () => <CommunityPart /> },
}

const FILTERS = { part: { choices: Object.keys(VIEWS) }, about: { maxLength: 200 } } as const satisfies FilterKinds

/** The books: whether they reconcile, what was booked, and what is ordered about money. Requesters see what is theirs. */
export function LedgerPage() {
  const { may } = useMe()
  const seesAll = useSeesAll('account.read')
  const filters = useFilters(FILTERS)
  const about = subjectIn(filters.one('about'))
  const views = Object.entries(VIEWS).filter(([, { needs, forAll = false }]) => may[needs] !== undefined && (seesAll || !forAll))
  const [shown, view] = views.find(([name]) => name === filters.one('part')) ?? views[0] ?? []
  return (
    <Page title="Ledger">
      {seesAll ? null : <p className={prose['lead']}>What was booked of your money. The names of others are left out.</p>}
      {may['ledger.read'] === undefined ? null : <BooksPart />}
      <ViewLinks
        label="Parts of the ledger"
        shown={about === null ? (shown ?? '') : ''}
        views={views.map(([name, { label }]) => ({ name, label, href: hrefOf({ page: 'ledger' }, new URLSearchParams({ part: name })) }))}
      />
      {about === null ? view?.show() : <EntriesPart about={about} />}
    </Page>
  )
}
