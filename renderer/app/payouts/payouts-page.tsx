import type { AgentPayout, AgentStatus } from '../../../shared/contract/agent.ts'
import { formatUsd } from '../../../shared/domain/money.ts'
import { t } from '../../../shared/i18n/translate.ts'
import { arrivingOf } from '../../lib/payout-text.ts'
import { hrefOf } from '../../lib/router.ts'
import { PAYOUT_WORD } from '../../lib/words.ts'
import { Badge } from '../../ui/badge.tsx'
import { Banner } from '../../ui/banner.tsx'
import { Card } from '../../ui/card.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Foreign } from '../../ui/foreign.tsx'
import { LedgerTable, Sub } from '../../ui/ledger-table.tsx'
import { Loaded, SkeletonLines } from '../../ui/loaded.tsx'
import { MoneyBook } from '../../ui/money.tsx'
import { Page } from '../../ui/page.tsx'
import { Moment } from '../../ui/relative-time.tsx'
import { ShowOlder } from '../../ui/show-older.tsx'
import { NoCoordinator } from '../coordinator/no-coordinator.tsx'
import { useNow } from '../hooks.ts'
import { usePayouts, useStatus } from '../queries.ts'
import { ClaimCard } from './claim-card.tsx'
import { CreditsCard } from './credits-card.tsx'
import { RateText } from './rate-text.tsx'
import { TransactionLink } from './transaction-link.tsx'
import { WalletCard } from './wallet-card.tsx'

const COLUMNS = [{ name: t('Payout') }, { name: t('Amount'), align: 'end' }, { name: t('Rate') }, { name: t('Transaction') }] as const

export function PayoutsPage() {
  const status = useStatus()
  const alone = status.data?.coordinator.state === 'unconfigured'
  return (
    <Page title={t('Payouts')}>
      <Loaded query={status} what={t('your balance')} skeleton={<SkeletonLines count={3} />}>
        {(data) => <Balance status={data} />}
      </Loaded>
      {alone ? <NoCoordinator /> : null}
      {alone ? null : <ClaimCard />}
      {alone ? null : <WalletCard />}
      <History />
      {alone ? null : <CreditsCard />}
    </Page>
  )
}

function Balance({ status: { earnings, node } }: { status: AgentStatus }) {
  return (
    <>
      {node.payoutAddress === null ? (
        <Banner tone="honey" glyph="bang">
          <strong>{t('No payout address is set.')}</strong> {t('Earnings are kept for you and wait.')}
        </Banner>
      ) : null}
      {node.payoutRefusal === null ? null : (
        <Banner tone="honey" glyph="bang">
          <strong>{t('Your payout address cannot be paid.')}</strong> <Foreign>{node.payoutRefusal}</Foreign>{' '}
          {t('Nothing is lost: your earnings wait until you set another one.')}
        </Banner>
      )}
      <MoneyBook
        amounts={[
          { state: 'confirmed', microUsd: earnings.confirmedMicroUsd },
          { state: 'paying', microUsd: earnings.inFlightMicroUsd },
          { state: 'paid', microUsd: earnings.paidMicroUsd },
        ]}
      />
    </>
  )
}

function History() {
  const payouts = usePayouts()
  const now = useNow()
  return (
    <Card title={t('History')}>
      <Loaded query={payouts} what={t('your payouts')} skeleton={<SkeletonLines count={6} />}>
        {(items) =>
          items.length === 0 ? (
            <EmptyState title={t('No payouts yet.')}>
              {t('Confirmed earnings are sent to your Solana address by themselves, or when you claim them. They never expire.')}
            </EmptyState>
          ) : (
            <>
              <LedgerTable caption={t('Payouts, newest first')} columns={COLUMNS} rows={items.map((payout) => rowOf(payout, now))} />
              <ShowOlder query={payouts} />
            </>
          )
        }
      </Loaded>
    </Card>
  )
}

const notSent = ({ state }: AgentPayout): string => (state === 'failed' ? t('Nothing was sent; the amount stays yours') : t('Not sent yet'))

const rowOf = (payout: AgentPayout, now: number) => ({
  key: payout.payoutId,
  cells: [
    <>
      <Badge state={PAYOUT_WORD[payout.state]} />
      <Sub>
        <a href={hrefOf({ page: 'payout', payoutId: payout.payoutId })}>
          <Moment at={payout.at} now={now} />
        </a>
      </Sub>
    </>,
    <>
      <strong>{formatUsd(payout.microUsd)}</strong>
      <Sub>{arrivingOf(payout)}</Sub>
    </>,
    <Sub key="rate">
      <RateText rate={payout.rate} now={now} />
    </Sub>,
    <>
      {payout.signature === null ? notSent(payout) : <TransactionLink signature={payout.signature} cluster={payout.cluster} />}
      <Sub>{t('on {cluster}', { cluster: payout.cluster })}</Sub>
    </>,
  ],
})
