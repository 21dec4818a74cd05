import type { Earning } from '../../../shared/contract/money.ts'
import { formatUsd } from '../../../shared/domain/money.ts'
import { t } from '../../../shared/i18n/translate.ts'
import { shortId } from '../../lib/format.ts'
import { MONEY_WORD, statesOf } from '../../lib/money-words.ts'
import { hrefOf } from '../../lib/router.ts'
import { Badge } from '../../ui/badge.tsx'
import { Card } from '../../ui/card.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { LedgerTable, Sub } from '../../ui/ledger-table.tsx'
import { Loaded, SkeletonLines } from '../../ui/loaded.tsx'
import { Moment } from '../../ui/relative-time.tsx'
import { ShowOlder } from '../../ui/show-older.tsx'
import { useNow } from '../hooks.ts'
import { useEarnings } from '../money-queries.ts'

const COLUMNS = [{ name: t('Job') }, { name: t('State') }, { name: t('Yours'), align: 'end' }] as const

/** Every earning, or those in one payout, each a link to the sum that made it. */
export function EarningsList({ payoutId = null }: { payoutId?: string | null }) {
  const earnings = useEarnings(payoutId)
  const now = useNow()
  return (
    <Card title={payoutId === null ? t('One by one') : t('What it is made of')}>
      <Loaded query={earnings} what={t('your earnings')} skeleton={<SkeletonLines count={6} />}>
        {(items) =>
          items.length === 0 ? (
            <Nothing payoutId={payoutId} />
          ) : (
            <>
              <LedgerTable caption={t('Earnings, newest first')} columns={COLUMNS} rows={items.map((earning) => rowOf(earning, { now, payoutId }))} />
              <ShowOlder query={earnings} />
            </>
          )
        }
      </Loaded>
    </Card>
  )
}

const Nothing = ({ payoutId }: { payoutId: string | null }) =>
  payoutId === null ? (
    <EmptyState title={t('No earnings yet.')}>{t('The first one appears when your first job is checked, usually within minutes of its end.')}</EmptyState>
  ) : (
    <EmptyState title={t('Nothing is in it.')}>
      {t('A payout that failed holds no money: it is confirmed again. Earnings from before this machine’s records are not listed.')}
    </EmptyState>
  )

const amountIn = ({ parts }: Earning, payoutId: string): string =>
  parts
    .filter((part) => part.payoutId === payoutId)
    .reduce((sum, { microUsd }) => sum + BigInt(microUsd), 0n)
    .toString()

function rowOf(earning: Earning, { now, payoutId }: { readonly now: number; readonly payoutId: string | null }) {
  const inside = payoutId === null ? earning.microUsd : amountIn(earning, payoutId)
  return {
    key: earning.earningId,
    cells: [
      <>
        <a href={hrefOf({ page: 'earning', earningId: earning.earningId })}>{earning.name ?? t('Job {id}', { id: shortId(earning.jobId) })}</a>
        <Sub>
          <Moment at={earning.at} now={now} />
        </Sub>
      </>,
      <>
        {statesOf(earning).map((state) => (
          <span key={state}>
            <Badge state={MONEY_WORD[state]} />{' '}
          </span>
        ))}
      </>,
      <>
        <strong>{formatUsd(inside)}</strong>
        {inside === earning.microUsd ? null : <Sub>{t('of {amount}', { amount: formatUsd(earning.microUsd) })}</Sub>}
      </>,
    ],
  }
}
