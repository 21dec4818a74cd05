import type { LedgerTransactionView, StatementLine } from '../../../shared/contract/ledger.ts'
import { t } from '../../../shared/i18n/translate.ts'
import { withMoments } from '../../lib/format.ts'
import { accountWord, amountWord, changeWord, kindWord, partyWord } from '../../lib/statement-text.ts'
import { CopyId } from '../../ui/copy-id.tsx'
import { Disclosure } from '../../ui/disclosure.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { English } from '../../ui/english.tsx'
import { LedgerTable } from '../../ui/ledger-table.tsx'
import { Loaded, SkeletonLines } from '../../ui/loaded.tsx'
import { Moment } from '../../ui/relative-time.tsx'
import { ShowOlder } from '../../ui/show-older.tsx'
import { useNow } from '../hooks.ts'
import { useEntries, type useStatement } from './statement-queries.ts'
import css from './statements.module.css'

const ENTRIES = [{ name: t('From') }, { name: t('To') }, { name: t('Amount'), align: 'end' }] as const

interface StatementLinesProps {
  readonly owner: string
  readonly items: readonly StatementLine[]
  readonly query: ReturnType<typeof useStatement>
}

/** Oldest first, as in any books; each opens everything that was booked with it. */
export function StatementLines({ owner, items, query }: StatementLinesProps) {
  if (items.length === 0) return <EmptyState title={t('Nothing changed them.')}>{t('No pay, payout or credit was booked in this month.')}</EmptyState>
  return (
    <>
      <ol className={css['lines']} aria-label={t('Lines of the statement, oldest first')}>
        {items.map((line) => (
          <li key={line.transactionId}>
            <Line owner={owner} line={line} />
          </li>
        ))}
      </ol>
      <ShowOlder query={query} label={t('Show more')} />
    </>
  )
}

function Line({ owner, line: { transactionId, kind, at, changes } }: { owner: string; line: StatementLine }) {
  const now = useNow()
  return (
    <Disclosure
      name={`statement-${transactionId}`}
      summary={
        <span className={css['summary']}>
          <span>
            {kindWord(kind)}{' '}
            <small>
              <Moment at={at} now={now} />
            </small>
          </span>
          {changes.map((change) => (
            <span key={`${change.account} ${change.asset}`} className={css['change']}>
              {accountWord(change.account)} <strong>{changeWord(change)}</strong>
            </span>
          ))}
        </span>
      }
    >
      {() => <Entries owner={owner} transactionId={transactionId} />}
    </Disclosure>
  )
}

function Entries({ owner, transactionId }: { owner: string; transactionId: string }) {
  const entries = useEntries(transactionId)
  return (
    <div className={css['entries']}>
      <Loaded query={entries} what={t('these entries')} skeleton={<SkeletonLines count={3} />}>
        {(found) => (found === null ? <p>{t('They are no longer yours to see.')}</p> : <Transfers owner={owner} transaction={found} />)}
      </Loaded>
    </div>
  )
}

function Transfers({ owner, transaction: { transactionId, note, transfers } }: { owner: string; transaction: LedgerTransactionView }) {
  const now = useNow()
  return (
    <>
      <LedgerTable
        caption={t('Entries of this transaction')}
        columns={ENTRIES}
        rows={transfers.map(({ from, to, asset, amount }, index) => ({
          key: String(index),
          cells: [partyWord(from, owner), partyWord(to, owner), amountWord({ asset, amount })],
        }))}
      />
      {note === null ? null : (
        <p className={css['note']}>
          <English>{withMoments(note, now)}</English>
        </p>
      )}
      <CopyId value={transactionId} what={t('transaction')} full />
    </>
  )
}
