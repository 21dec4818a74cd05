import type { AgentStatus } from '../../../shared/contract/agent.ts'
import { formatSol, formatUsd } from '../../../shared/domain/money.ts'
import { hrefOf } from '../../lib/router.ts'
import { Card } from '../../ui/card.tsx'
import css from './cards.module.css'

/** Accrued, confirmed and paid are three different things, so they stand on three lines. */
export function EarningsCard({ status: { today, earnings, node } }: { status: AgentStatus }) {
  const rows = [
    { name: 'Being checked', note: 'earned today; the coordinator is still checking the proofs', amount: formatUsd(today.accruedMicroUsd) },
    { name: 'Confirmed today', note: 'proof accepted, receipt issued', amount: formatUsd(today.confirmedMicroUsd) },
    {
      name: 'Ready for the next payout',
      note: node.payoutAddress === null ? 'no payout address is set' : 'confirmed and not yet sent; it never expires',
      amount: formatUsd(earnings.confirmedMicroUsd),
    },
    { name: 'Arriving', note: 'on its way on Solana, not final yet', amount: formatUsd(earnings.inFlightMicroUsd) },
    { name: 'Paid in total', note: `${formatSol(earnings.paidLamports)}, final on Solana`, amount: formatUsd(earnings.paidMicroUsd) },
  ]
  return (
    <Card title="Earnings" aside={<a href={hrefOf({ page: 'payouts' })}>All payouts</a>}>
      <dl className={css['book']}>
        {rows.map(({ name, note, amount }) => (
          <div key={name}>
            <dt>
              {name} <small>{note}</small>
            </dt>
            <dd>{amount}</dd>
          </div>
        ))}
      </dl>
    </Card>
  )
}
