import type { AgentStatus } from '../../../shared/contract/agent.ts'
import { formatSol, formatUsd } from '../../../shared/domain/money.ts'
import { t } from '../../../shared/i18n/translate.ts'
import { hrefOf } from '../../lib/router.ts'
import { Card } from '../../ui/card.tsx'
import { MoneyBook } from '../../ui/money.tsx'
import css from './cards.module.css'

/** All the money there is, by where it stands, and what of it today brought. */
export function EarningsCard({ status: { today, earnings, node } }: { status: AgentStatus }) {
  const waits = node.payoutAddress === null ? t('no payout address is set; it waits and never expires') : null
  return (
    <Card title={t('Earnings')} aside={<a href={hrefOf({ page: 'earnings' })}>{t('All earnings')}</a>}>
      <MoneyBook
        amounts={[
          { state: 'accrued', microUsd: earnings.accruedMicroUsd },
          { state: 'confirmed', microUsd: earnings.confirmedMicroUsd, ...(waits === null ? {} : { note: waits }) },
          { state: 'paying', microUsd: earnings.inFlightMicroUsd },
          {
            state: 'paid',
            microUsd: earnings.paidMicroUsd,
            ...(earnings.paidLamports === '0' ? {} : { note: t('{amount}, final on Solana', { amount: formatSol(earnings.paidLamports) }) }),
          },
        ]}
      />
      <p className={css['source']}>
        {t('Of it, today brought {confirmed} confirmed and {accrued} accrued.', {
          confirmed: formatUsd(today.confirmedMicroUsd),
          accrued: formatUsd(today.accruedMicroUsd),
        })}
      </p>
    </Card>
  )
}
