import type { AgentPayout } from '../../../shared/contract/agent.ts'
import { formatUsd, formatUsdExact } from '../../../shared/domain/money.ts'
import { explorerUrl } from '../../lib/explorer.ts'
import { shortId, withMoments } from '../../lib/format.ts'
import { arrivingOf } from '../../lib/payout-text.ts'
import { hrefOf } from '../../lib/router.ts'
import { PAYOUT_MEANS, PAYOUT_WORD } from '../../lib/words.ts'
import { Badge } from '../../ui/badge.tsx'
import { Card } from '../../ui/card.tsx'
import { CopyId } from '../../ui/copy-id.tsx'
import { Facts } from '../../ui/facts.tsx'
import { Loaded, SkeletonLines } from '../../ui/loaded.tsx'
import { Page } from '../../ui/page.tsx'
import { Moment } from '../../ui/relative-time.tsx'
import { SumSteps } from '../../ui/sum-steps.tsx'
import { EarningsList } from '../earnings/earnings-list.tsx'
import { useNow } from '../hooks.ts'
import { usePayout } from '../money-queries.ts'
import { TransactionLink } from './transaction-link.tsx'

const Back = () => <a href={hrefOf({ page: 'payouts' })}>All payouts</a>

/** One payout: how far it is, what it cost, at which rate, and every earning in it. */
export function PayoutPage({ payoutId }: { payoutId: string }) {
  const payout = usePayout(payoutId)
  return (
    <Page title={payout.data ? `Payout of ${formatUsd(payout.data.microUsd)}` : `Payout ${shortId(payoutId)}`} above={<Back />}>
      <Loaded query={payout} what="this payout" skeleton={<SkeletonLines count={10} />}>
        {(found) => (
          <>
            <p>
              <Badge state={PAYOUT_WORD[found.state]} look="pill" /> {PAYOUT_MEANS[found.state]}
            </p>
            <Sum payout={found} />
            <Transfer payout={found} />
          </>
        )}
      </Loaded>
      <EarningsList payoutId={payoutId} />
    </Page>
  )
}

function Sum({ payout }: { payout: AgentPayout }) {
  const now = useNow()
  const { feeMicroUsd, rentMicroUsd = '0', microUsd, rate, state } = payout
  return (
    <Card title="The sum">
      <SumSteps
        steps={[
          { name: 'Taken from your earnings', note: null, amount: formatUsdExact(microUsd) },
          feeMicroUsd === undefined
            ? { name: 'Network fee', note: 'the coordinator pays it for payouts that go by themselves', amount: formatUsdExact('0') }
            : { name: 'Network fee', note: 'your share of the transaction, because you asked for this payout', amount: `− ${formatUsdExact(feeMicroUsd)}` },
          ...(rentMicroUsd === '0' ? [] : [{ name: 'Rent', note: 'of your new USDC account', amount: `− ${formatUsdExact(rentMicroUsd)}` }]),
          { name: 'Rate', note: withMoments(rate, now), amount: '' },
          { name: state === 'finalized' ? 'Arrived' : 'Arrives', note: null, amount: arrivingOf(payout), total: true },
        ]}
      />
    </Card>
  )
}

function Transfer({ payout: { address, signature, cluster, state, at } }: { payout: AgentPayout }) {
  const now = useNow()
  return (
    <Card title="On Solana">
      <Facts
        rows={{
          To: <CopyId value={address} what="payout address" full />,
          Transaction:
            signature === null ? (
              state === 'failed' ? (
                'None was kept: nothing arrived'
              ) : (
                'Not sent yet'
              )
            ) : (
              <TransactionLink signature={signature} cluster={cluster} />
            ),
          Cluster: explorerUrl('x', cluster) === null ? `${cluster}, which no public explorer sees` : cluster,
          'Last news': <Moment at={at} now={now} />,
        }}
      />
    </Card>
  )
}
