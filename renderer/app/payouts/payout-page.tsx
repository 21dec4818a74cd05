import type { AgentPayout } from '../../../shared/contract/agent.ts'
import { formatUsd, formatUsdExact } from '../../../shared/domain/money.ts'
import { t } from '../../../shared/i18n/translate.ts'
import { explorerUrl } from '../../lib/explorer.ts'
import { shortId } from '../../lib/format.ts'
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
import { RateText } from './rate-text.tsx'
import { TransactionLink } from './transaction-link.tsx'

const Back = () => <a href={hrefOf({ page: 'payouts' })}>{t('All payouts')}</a>

/** One payout: how far it is, what it cost, at which rate, and every earning in it. */
export function PayoutPage({ payoutId }: { payoutId: string }) {
  const payout = usePayout(payoutId)
  return (
    <Page
      title={payout.data ? t('Payout of {amount}', { amount: formatUsd(payout.data.microUsd) }) : t('Payout {id}', { id: shortId(payoutId) })}
      above={<Back />}
    >
      <Loaded query={payout} what={t('this payout')} skeleton={<SkeletonLines count={10} />}>
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
    <Card title={t('The sum')}>
      <SumSteps
        steps={[
          { name: t('Taken from your earnings'), note: null, amount: formatUsdExact(microUsd) },
          feeMicroUsd === undefined
            ? { name: t('Network fee'), note: t('the coordinator pays it for payouts that go by themselves'), amount: formatUsdExact('0') }
            : {
                name: t('Network fee'),
                note: t('your share of the transaction, because you asked for this payout'),
                amount: `− ${formatUsdExact(feeMicroUsd)}`,
              },
          ...(rentMicroUsd === '0' ? [] : [{ name: t('Rent'), note: t('of your new USDC account'), amount: `− ${formatUsdExact(rentMicroUsd)}` }]),
          { name: t('Rate'), note: <RateText rate={rate} now={now} />, amount: '' },
          { name: state === 'finalized' ? t('Arrived') : t('Arrives'), note: null, amount: arrivingOf(payout), total: true },
        ]}
      />
    </Card>
  )
}

function Transfer({ payout: { address, signature, cluster, state, at } }: { payout: AgentPayout }) {
  const now = useNow()
  return (
    <Card title={t('On Solana')}>
      <Facts
        rows={{
          [t('To')]: <CopyId value={address} what={t('payout address')} full />,
          [t('Transaction')]:
            signature === null ? (
              state === 'failed' ? (
                t('None was kept: nothing arrived')
              ) : (
                t('Not sent yet')
              )
            ) : (
              <TransactionLink signature={signature} cluster={cluster} />
            ),
          [t('Cluster')]: explorerUrl('x', cluster) === null ? t('{cluster}, which no public explorer sees', { cluster }) : cluster,
          [t('Last news')]: <Moment at={at} now={now} />,
        }}
      />
    </Card>
  )
}
