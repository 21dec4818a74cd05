import type { LedgerStatement } from '../../../shared/contract/ledger.ts'
import { messageOf } from '../../../shared/errors.ts'
import { hrefOf } from '../../lib/router.ts'
import { accountWord, amountWord, isMonth, monthAt, monthBeside, monthName } from '../../lib/statement-text.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { LedgerTable } from '../../ui/ledger-table.tsx'
import { Loaded, SkeletonLines } from '../../ui/loaded.tsx'
import { Page } from '../../ui/page.tsx'
import prose from '../../ui/prose.module.css'
import { useNow } from '../hooks.ts'
import { MissingPage } from '../shell/missing-page.tsx'
import { StatementLines } from './statement-lines.tsx'
import { type StatementFormat, useSavedStatement, useStatement } from './statement-queries.ts'
import css from './statements.module.css'

const ACCOUNTS = [{ name: 'Account' }, { name: 'At the beginning', align: 'end' }, { name: 'At the end', align: 'end' }] as const

const Back = () => <a href={hrefOf({ page: 'earnings' })}>All earnings</a>

/** A month of the owner's money by the coordinator's books: what was there, everything that changed it, what is there then. */
export const StatementPage = ({ month }: { month: string }) => (isMonth(month) ? <Statement month={month} /> : <MissingPage />)

function Statement({ month }: { month: string }) {
  const statement = useStatement(month)
  return (
    <Page title={`Statement of ${monthName(month)}`} above={<Back />}>
      <Months month={month} />
      <Loaded query={statement} what="this statement" skeleton={<SkeletonLines count={10} />}>
        {(found) => (
          <>
            <Card title="Accounts">
              <Accounts statement={found} />
            </Card>
            <Card title="What changed them" aside={found.items.length === 0 ? null : <Save month={month} />}>
              <StatementLines owner={found.owner} items={found.items} query={statement} />
            </Card>
          </>
        )}
      </Loaded>
    </Page>
  )
}

function Months({ month }: { month: string }) {
  const now = monthAt(useNow())
  const [before, after] = [monthBeside(month, -1), monthBeside(month, 1)]
  return (
    <nav className={css['months']} aria-label="Months">
      {before === null ? null : <a href={hrefOf({ page: 'statement', month: before })}>← {monthName(before)}</a>}
      {after === null || after > now ? null : <a href={hrefOf({ page: 'statement', month: after })}>{monthName(after)} →</a>}
    </nav>
  )
}

function Accounts({ statement: { month, opening, closing } }: { statement: LedgerStatement }) {
  const goesOn = month === monthAt(useNow())
  if (closing.length === 0) return <EmptyState title="No money has moved.">Neither in this month nor before it.</EmptyState>
  return (
    <>
      <LedgerTable
        caption="What each account held"
        columns={ACCOUNTS}
        rows={closing.map((balance, index) => ({
          key: `${balance.account} ${balance.asset}`,
          cells: [accountWord(balance.account), amountWord({ ...balance, amount: opening[index]?.amount ?? '0' }), amountWord(balance)],
        }))}
      />
      <p className={css['note']}>
        By the coordinator’s books. Months are in UTC{goesOn ? '; this one goes on, so its end is now' : ''}. Credits are no money until they are redeemed.
      </p>
    </>
  )
}

const SAVED: readonly (readonly [StatementFormat, string])[] = [
  ['csv', 'Save as CSV'],
  ['json', 'Save as JSON'],
]

function Save({ month }: { month: string }) {
  const saved = useSavedStatement(month)
  return (
    <span className={css['save']}>
      {SAVED.map(([format, label]) => (
        <Button key={format} look="quiet" disabled={saved.isPending} onClick={() => saved.mutate(format)}>
          {saved.isPending && saved.variables === format ? 'Saving…' : label}
        </Button>
      ))}
      {saved.error ? (
        <span className={prose['refused']} role="alert">
          It was not saved: {messageOf(saved.error)}
        </span>
      ) : null}
    </span>
  )
}
