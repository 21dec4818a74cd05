import type { LedgerStatement } from '../../../shared/contract/ledger.ts'
import { t } from '../../../shared/i18n/translate.ts'
import { rich } from '../../lib/rich.tsx'
import { hrefOf } from '../../lib/router.ts'
import { accountWord, amountWord, isMonth, monthAt, monthBeside, monthName } from '../../lib/statement-text.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { ErrorText } from '../../ui/error-text.tsx'
import { Glyph } from '../../ui/glyph.tsx'
import { LedgerTable } from '../../ui/ledger-table.tsx'
import { Loaded, SkeletonLines } from '../../ui/loaded.tsx'
import { Page } from '../../ui/page.tsx'
import prose from '../../ui/prose.module.css'
import { NoCoordinator } from '../coordinator/no-coordinator.tsx'
import { useNow } from '../hooks.ts'
import { useStatus } from '../queries.ts'
import { MissingPage } from '../shell/missing-page.tsx'
import { StatementLines } from './statement-lines.tsx'
import { type StatementFormat, useSavedStatement, useStatement } from './statement-queries.ts'
import css from './statements.module.css'

const ACCOUNTS = [{ name: t('Account') }, { name: t('At the beginning'), align: 'end' }, { name: t('At the end'), align: 'end' }] as const

const Back = () => <a href={hrefOf({ page: 'earnings' })}>{t('All earnings')}</a>

/** A month of the owner's money by the coordinator's books: what was there, everything that changed it, what is there then. */
export const StatementPage = ({ month }: { month: string }) => (isMonth(month) ? <Statement month={month} /> : <MissingPage />)

function Statement({ month }: { month: string }) {
  const status = useStatus()
  return (
    <Page title={t('Statement of {month}', { month: monthName(month) })} above={<Back />}>
      <Loaded query={status} what={t('this statement')} skeleton={<SkeletonLines count={10} />}>
        {({ coordinator }) => (coordinator.state === 'unconfigured' ? <NoCoordinator /> : <Books month={month} />)}
      </Loaded>
    </Page>
  )
}

function Books({ month }: { month: string }) {
  const statement = useStatement(month)
  return (
    <>
      <Months month={month} />
      <Loaded query={statement} what={t('this statement')} skeleton={<SkeletonLines count={10} />}>
        {(found) => (
          <>
            <Card title={t('Accounts')}>
              <Accounts statement={found} />
            </Card>
            <Card title={t('What changed them')} aside={found.items.length === 0 ? null : <Save month={month} />}>
              <StatementLines owner={found.owner} items={found.items} query={statement} />
            </Card>
          </>
        )}
      </Loaded>
    </>
  )
}

function Months({ month }: { month: string }) {
  const now = monthAt(useNow())
  const [before, after] = [monthBeside(month, -1), monthBeside(month, 1)]
  return (
    <nav className={css['months']} aria-label={t('Months')}>
      {before === null ? null : (
        <a href={hrefOf({ page: 'statement', month: before })}>
          <Glyph name="arrow-back" /> {monthName(before)}
        </a>
      )}
      {after === null || after > now ? null : (
        <a href={hrefOf({ page: 'statement', month: after })}>
          {monthName(after)} <Glyph name="arrow" />
        </a>
      )}
    </nav>
  )
}

function Accounts({ statement: { month, opening, closing } }: { statement: LedgerStatement }) {
  const goesOn = month === monthAt(useNow())
  if (closing.length === 0) return <EmptyState title={t('No money has moved.')}>{t('Neither in this month nor before it.')}</EmptyState>
  return (
    <>
      <LedgerTable
        caption={t('What each account held')}
        columns={ACCOUNTS}
        rows={closing.map((balance, index) => ({
          key: `${balance.account} ${balance.asset}`,
          cells: [accountWord(balance.account), amountWord({ ...balance, amount: opening[index]?.amount ?? '0' }), amountWord(balance)],
        }))}
      />
      <p className={css['note']}>
        {goesOn
          ? t('By the coordinator’s books. Months are in UTC; this one goes on, so its end is now. Credits are no money until they are redeemed.')
          : t('By the coordinator’s books. Months are in UTC. Credits are no money until they are redeemed.')}
      </p>
    </>
  )
}

const SAVED: readonly (readonly [StatementFormat, string])[] = [
  ['csv', t('Save as CSV')],
  ['json', t('Save as JSON')],
]

function Save({ month }: { month: string }) {
  const saved = useSavedStatement(month)
  return (
    <span className={css['save']}>
      {SAVED.map(([format, label]) => (
        <Button key={format} look="quiet" disabled={saved.isPending} onClick={() => saved.mutate(format)}>
          {saved.isPending && saved.variables === format ? t('Saving…') : label}
        </Button>
      ))}
      {saved.error ? (
        <span className={prose['refused']} role="alert">
          {rich('It was not saved: {reason}', { reason: <ErrorText error={saved.error} /> })}
        </span>
      ) : null}
    </span>
  )
}
