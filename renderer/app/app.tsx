import { type QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { Suspense, lazy, useState } from 'react'
import { type Route, useRoute } from '../lib/router.ts'
import '../ui/global.css'
import { Navigated } from '../ui/page.tsx'
import { HomePage } from './home/home-page.tsx'
import { useLive } from './live.ts'
import { type Services, ServicesContext } from './services.ts'
import { MissingPage } from './shell/missing-page.tsx'
import { PageBoundary } from './shell/page-boundary.tsx'
import { Shell } from './shell/shell.tsx'

const JobsPage = lazy(async () => ({ default: (await import('./jobs/jobs-page.tsx')).JobsPage }))
const JobPage = lazy(async () => ({ default: (await import('./jobs/job-page.tsx')).JobPage }))
const ReceiptsPage = lazy(async () => ({ default: (await import('./receipts/receipts-page.tsx')).ReceiptsPage }))
const ReceiptPage = lazy(async () => ({ default: (await import('./receipts/receipt-page.tsx')).ReceiptPage }))
const EarningsPage = lazy(async () => ({ default: (await import('./earnings/earnings-page.tsx')).EarningsPage }))
const EarningPage = lazy(async () => ({ default: (await import('./earnings/earning-page.tsx')).EarningPage }))
const StatementPage = lazy(async () => ({ default: (await import('./statements/statement-page.tsx')).StatementPage }))
const PayoutPage = lazy(async () => ({ default: (await import('./payouts/payout-page.tsx')).PayoutPage }))
const PayoutsPage = lazy(async () => ({ default: (await import('./payouts/payouts-page.tsx')).PayoutsPage }))
const MachinePage = lazy(async () => ({ default: (await import('./machine/machine-page.tsx')).MachinePage }))
const GridPage = lazy(async () => ({ default: (await import('./grid/grid-page.tsx')).GridPage }))
const SettingsPage = lazy(async () => ({ default: (await import('./settings/settings-page.tsx')).SettingsPage }))
const DayPage = lazy(async () => ({ default: (await import('./day/day-page.tsx')).DayPage }))

function pageOf(route: Route | null) {
  switch (route?.page) {
    case 'home':
      return <HomePage />
    case 'jobs':
      return <JobsPage />
    case 'job':
      return <JobPage id={route.id} />
    case 'receipts':
      return <ReceiptsPage />
    case 'receipt':
      return <ReceiptPage receiptId={route.receiptId} />
    case 'earnings':
      return <EarningsPage />
    case 'earning':
      return <EarningPage earningId={route.earningId} />
    case 'statement':
      return <StatementPage month={route.month} />
    case 'payouts':
      return <PayoutsPage />
    case 'payout':
      return <PayoutPage payoutId={route.payoutId} />
    case 'machine':
      return <MachinePage />
    case 'day':
      return <DayPage />
    case 'grid':
      return <GridPage />
    case 'settings':
      return <SettingsPage />
    case undefined:
      return <MissingPage />
  }
}

function Window() {
  useLive()
  const route = useRoute()
  const address = JSON.stringify(route)
  const [visit, setVisit] = useState({ address, navigated: false })
  if (visit.address !== address) setVisit({ address, navigated: true })
  return (
    <Shell page={route?.page ?? null}>
      <PageBoundary key={address}>
        <Navigated value={visit.navigated}>
          <Suspense fallback={null}>{pageOf(route)}</Suspense>
        </Navigated>
      </PageBoundary>
    </Shell>
  )
}

/** The player's window over one agent. */
export const App = ({ services, queries }: { services: Services; queries: QueryClient }) => (
  <QueryClientProvider client={queries}>
    <ServicesContext value={services}>
      <Window />
    </ServicesContext>
  </QueryClientProvider>
)
