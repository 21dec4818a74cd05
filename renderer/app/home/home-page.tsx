import { t } from '../../../shared/i18n/translate.ts'
import { Loaded, SkeletonBlock, SkeletonLines } from '../../ui/loaded.tsx'
import { Page } from '../../ui/page.tsx'
import { SetupBanner } from '../onboarding/setup-banner.tsx'
import { useStatus } from '../queries.ts'
import { EarningsCard } from './earnings-card.tsx'
import { GridCard } from './grid-card.tsx'
import css from './home.module.css'
import { LatestReceipts } from './latest-receipts.tsx'
import { Now } from './now.tsx'
import { PowerCard } from './power-card.tsx'
import { TodayFacts } from './today-facts.tsx'

export function HomePage() {
  const status = useStatus()
  return (
    <Page title={t('Home')}>
      <SetupBanner />
      <Loaded query={status} what={t('what Windfall is doing')} skeleton={<NowSkeleton />}>
        {(data) => (
          <>
            <Now status={data} />
            <TodayFacts status={data} />
          </>
        )}
      </Loaded>
      <GridCard />
      {status.data ? <EarningsCard status={status.data} /> : null}
      <PowerCard />
      <LatestReceipts />
    </Page>
  )
}

const NowSkeleton = () => (
  <div className={css['skeleton']}>
    <SkeletonBlock size="figure" />
    <SkeletonLines count={3} />
  </div>
)
