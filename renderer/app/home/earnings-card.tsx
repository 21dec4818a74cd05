import type { AgentStatus } from '../../../shared/contract/agent.ts'
import { formatSol, formatUsd } from '../../../shared/domain/money.ts'
import { hrefOf } from '../../lib/router.ts'
import { Card } from '../../ui/card.tsx'
import { MoneyBook } from '../../ui/money.tsx'
import css from './cards.module.css'

/** All the money there is, by where it stands, and what of it today brought. */
export function EarningsCard({ status: { today, earnings, node } }: { status: AgentStatus }) {
  const waits = node.payoutAddress === null ? 'no payout address is set; it waits and never expires' : null
  return (
    <Card title="Earnings" aside={<a href={hrefOf({ page: 'earnings' })}>All earnings</a>}>
      <MoneyBook
        amounts={[
          { state: 'accrued', microUsd: earnings.accruedMicroUsd },
          { state: 'confirmed', microUsd: earnings.confirmedMicroUsd, ...(waits === null ? {} : { note: waits }) },
          { state: 'paying', microUsd: earnings.inFlightMicroUsd },
          {
            state: 'paid',
            microUsd: earnings.paidMicroUsd,
            ...(earnings.paidLamports === '0' ? {} : { note: `${formatSol(earnings.paidLamports)}, final on Solana` }),
          },
        ]}
      />
      <p className={css['source']}>
        Of it, today brought {formatUsd(today.confirmedMicroUsd)} confirmed and {formatUsd(today.accruedMicroUsd)} accrued.
      </p>
    </Card>
  )
}
