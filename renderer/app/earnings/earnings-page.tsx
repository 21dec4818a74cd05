import type { NodeBalances } from '../../../shared/contract/ledger.ts'
import type { MoneyView } from '../../../shared/contract/money.ts'
import { formatSol } from '../../../shared/domain/money.ts'
import { t } from '../../../shared/i18n/translate.ts'
import { differences } from '../../lib/balances.ts'
import { listOf } from '../../lib/format.ts'
import { rich } from '../../lib/rich.tsx'
import { hrefOf } from '../../lib/router.ts'
import { monthAt, monthName } from '../../lib/statement-text.ts'
import { Banner } from '../../ui/banner.tsx'
import { Card } from '../../ui/card.tsx'
import { Glyph } from '../../ui/glyph.tsx'
import { Loaded, SkeletonLines } from '../../ui/loaded.tsx'
import { MoneyBook } from '../../ui/money.tsx'
import { Page } from '../../ui/page.tsx'
import { useNow } from '../hooks.ts'
import { useBalances, useMoney } from '../money-queries.ts'
import { EarningsList } from './earnings-list.tsx'
import css from './earnings.module.css'
import { NetCard } from './net-card.tsx'
import { OutlookCard } from './outlook-card.tsx'

/** Where the owner's money stands, what is left of it after electricity, what to expect, and every earning by itself. */
export function EarningsPage() {
  const money = useMoney()
  return (
    <Page title={t('Earnings')}>
      <Loaded query={money} what={t('your money')} skeleton={<SkeletonLines count={12} />}>
        {(data) => (
          <>
            <Standing money={data} />
            <NetCard money={data} />
            <OutlookCard money={data} />
          </>
        )}
      </Loaded>
      <EarningsList />
    </Page>
  )
}

function Standing({ money: { totals, paidLamports } }: { money: MoneyView }) {
  const { data: books } = useBalances()
  const now = useNow()
  return (
    <Card title={t('Where your money stands')}>
      <MoneyBook
        amounts={[
          { state: 'accrued', microUsd: books?.accruedMicroUsd ?? totals.accrued },
          { state: 'confirmed', microUsd: totals.confirmed },
          { state: 'paying', microUsd: totals.paying },
          {
            state: 'paid',
            microUsd: totals.paid,
            ...(paidLamports === '0' ? {} : { note: t('{amount} of it as SOL, final on Solana', { amount: formatSol(paidLamports) }) }),
          },
        ]}
      />
      {books ? <BooksAgree totals={totals} books={books} /> : null}
      <p className={css['statement']}>
        {rich('{statement}: every line of the books that made these amounts, to read or to save.', {
          statement: <a href={hrefOf({ page: 'statement', month: monthAt(now) })}>{t('Statement of {month}', { month: monthName(monthAt(now)) })}</a>,
        })}
      </p>
    </Card>
  )
}

/** This machine adds up what it was told one by one; the coordinator keeps the books. Both must come to the same. */
function BooksAgree({ totals, books }: { totals: MoneyView['totals']; books: NodeBalances }) {
  const found = differences(totals, books)
  return found.length === 0 ? (
    <p className={css['agrees']}>
      <Glyph name="check" /> {t('The coordinator’s books say the same, to the last millionth of a dollar.')}
    </p>
  ) : (
    <Banner tone="honey" glyph="bang">
      <strong>{t('The coordinator’s books say otherwise:')}</strong>{' '}
      {t('{differences}. News of it may still be on its way to this machine. If it stays, ask the operator, and keep your receipts.', {
        differences: listOf(found),
      })}
    </Banner>
  )
}
