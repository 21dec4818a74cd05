import type { AgentPayout, AgentStatus } from '../../../shared/contract/agent.ts'
import { formatSol, formatUsd } from '../../../shared/domain/money.ts'
import { withMoments } from '../../lib/format.ts'
import { PAYOUT_WORD } from '../../lib/words.ts'
import { Badge } from '../../ui/badge.tsx'
import { Banner } from '../../ui/banner.tsx'
import { CopyId } from '../../ui/copy-id.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Facts } from '../../ui/facts.tsx'
import { LedgerTable, Sub } from '../../ui/ledger-table.tsx'
import { Loaded, SkeletonLines } from '../../ui/loaded.tsx'
import { Page } from '../../ui/page.tsx'
import { Moment } from '../../ui/relative-time.tsx'
import { ShowOlder } from '../../ui/show-older.tsx'
import { useNow } from '../hooks.ts'
import { usePayouts, useStatus } from '../queries.ts'

const COLUMNS = [{ name: 'Payout' }, { name: 'Amount', align: 'end' }, { name: 'Rate' }, { name: 'Transaction' }] as const

export function PayoutsPage() {
  const payouts = usePayouts()
  const status = useStatus()
  const now = useNow()
  return (
    <Page title="Payouts">
      <Loaded query={status} what="your balance" skeleton={<SkeletonLines count={3} />}>
        {(data) => <Balance status={data} />}
      </Loaded>
      <Loaded query={payouts} what="your payouts" skeleton={<SkeletonLines count={6} />}>
        {(items) =>
          items.length === 0 ? (
            <EmptyState title="No payouts yet.">Confirmed earnings are sent to your Solana address by themselves, and never expire.</EmptyState>
          ) : (
            <>
              <LedgerTable caption="Payouts, newest first" columns={COLUMNS} rows={items.map((payout) => rowOf(payout, now))} />
              <ShowOlder query={payouts} />
            </>
          )
        }
      </Loaded>
    </Page>
  )
}

function Balance({ status: { earnings, node } }: { status: AgentStatus }) {
  return (
    <>
      {node.payoutAddress === null ? (
        <Banner tone="honey" glyph="bang">
          <strong>No payout address is set.</strong> Earnings are kept for you and wait.
        </Banner>
      ) : null}
      {node.payoutRefusal === null ? null : (
        <Banner tone="honey" glyph="bang">
          <strong>Your payout address cannot be paid.</strong> {node.payoutRefusal} Nothing is lost: your earnings wait until you set another one.
        </Banner>
      )}
      <Facts
        rows={{
          'Ready for the next payout': formatUsd(earnings.confirmedMicroUsd),
          Arriving: (
            <>
              {formatUsd(earnings.inFlightMicroUsd)} <small>on its way on Solana, not final yet</small>
            </>
          ),
          'Paid in total': (
            <>
              {formatUsd(earnings.paidMicroUsd)} <small>{formatSol(earnings.paidLamports)}</small>
            </>
          ),
          'Paid to': node.payoutAddress === null ? null : <CopyId value={node.payoutAddress} what="payout address" />,
        }}
      />
    </>
  )
}

const notSent = ({ state }: AgentPayout): string => (state === 'failed' ? 'Nothing was sent; the amount stays yours' : 'Not sent yet')

const rowOf = (payout: AgentPayout, now: number) => ({
  key: payout.payoutId,
  cells: [
    <>
      <Badge state={PAYOUT_WORD[payout.state]} />
      <Sub>
        <Moment at={payout.at} now={now} />
      </Sub>
    </>,
    <>
      <strong>{formatUsd(payout.microUsd)}</strong>
      <Sub>{formatSol(payout.lamports)}</Sub>
    </>,
    <Sub key="rate">{withMoments(payout.rate, now)}</Sub>,
    <>
      {payout.signature === null ? notSent(payout) : <CopyId value={payout.signature} what="signature" />}
      <Sub>on {payout.cluster}</Sub>
    </>,
  ],
})
