import { type QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { type ReactNode, Suspense, lazy, useState } from 'react'
import { type Route, useRoute } from '../lib/router.ts'
import '../ui/global.css'
import { Navigated } from '../ui/page.tsx'
import { HomePage } from './home/home-page.tsx'
import { useLive } from './live.ts'
import { useFirstSteps } from './onboarding/use-first-steps.ts'
import { type Services, ServicesContext } from './services.ts'
import { MissingPage } from './shell/missing-page.tsx'
import { useShellLive } from './shell-queries.ts'
import { OverlayBoundary, PageBoundary } from './shell/page-boundary.tsx'
import { Shell } from './shell/shell.tsx'
import { useErrands } from './use-errands.ts'
import { UndoContext, useUndoState } from './use-undo.ts'
import { useWindowKeys } from './use-window-keys.ts'
import { WindowContext, useWindow, useWindowState } from './window-state.ts'

const JobsPage = lazy(async () => ({ default: (await import('./jobs/jobs-page.tsx')).JobsPage }))
const JobPage = lazy(async () => ({ default: (await import('./jobs/job-page.tsx')).JobPage }))
const ReceiptsPage = lazy(async () => ({ default: (await import('./receipts/receipts-page.tsx')).ReceiptsPage }))
const OpenedReceiptPage = lazy(async () => ({ default: (await import('./receipts/opened-receipt-page.tsx')).OpenedReceiptPage }))
const ReceiptPage = lazy(async () => ({ default: (await import('./receipts/receipt-page.tsx')).ReceiptPage }))
const EarningsPage = lazy(async () => ({ default: (await import('./earnings/earnings-page.tsx')).EarningsPage }))
const EarningPage = lazy(async () => ({ default: (await import('./earnings/earning-page.tsx')).EarningPage }))
const StatementPage = lazy(async () => ({ default: (await import('./statements/statement-page.tsx')).StatementPage }))
const PayoutPage = lazy(async () => ({ default: (await import('./payouts/payout-page.tsx')).PayoutPage }))
const PayoutsPage = lazy(async () => ({ default: (await import('./payouts/payouts-page.tsx')).PayoutsPage }))
const MachinePage = lazy(async () => ({ default: (await import('./machine/machine-page.tsx')).MachinePage }))
const GridPage = lazy(async () => ({ default: (await import('./grid/grid-page.tsx')).GridPage }))
const SettingsPage = lazy(async () => ({ default: (await import('./settings/settings-page.tsx')).SettingsPage }))
const Palette = lazy(async () => ({ default: (await import('./palette/palette.tsx')).Palette }))
const ShortcutsDialog = lazy(async () => ({ default: (await import('./shortcuts-dialog.tsx')).ShortcutsDialog }))
const DayPage = lazy(async () => ({ default: (await import('./day/day-page.tsx')).DayPage }))
const OnboardingPage = lazy(async () => ({ default: (await import('./onboarding/onboarding-page.tsx')).OnboardingPage }))
const DiagnosticsPage = lazy(async () => ({ default: (await import('./diagnostics/diagnostics-page.tsx')).DiagnosticsPage }))

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
    case 'opened-receipt':
      return <OpenedReceiptPage />
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
    case 'welcome':
      return <OnboardingPage />
    case 'diagnostics':
      return <DiagnosticsPage />
    case undefined:
      return <MissingPage />
  }
}

function Window() {
  useLive()
  useShellLive()
  useErrands()
  useWindowKeys()
  const route = useRoute()
  useFirstSteps(route)
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
      <Overlay />
    </Shell>
  )
}

/** What is above the page. */
function Overlay() {
  const { overlay, setOverlay, tell } = useWindow()
  const failed = (text: string) => {
    setOverlay(null)
    tell({ text, isProblem: true })
  }
  return (
    <OverlayBoundary key={overlay} failed={failed}>
      <Suspense fallback={null}>
        {overlay === 'palette' ? <Palette /> : null}
        {overlay === 'shortcuts' ? <ShortcutsDialog /> : null}
      </Suspense>
    </OverlayBoundary>
  )
}

/** What belongs to the window as a whole, whatever page it shows. */
function OwnState({ children }: { children: ReactNode }) {
  return (
    <WindowContext value={useWindowState()}>
      <UndoContext value={useUndoState()}>{children}</UndoContext>
    </WindowContext>
  )
}

/** The player's window over one agent. */
export const App = ({ services, queries }: { services: Services; queries: QueryClient }) => (
  <QueryClientProvider client={queries}>
    <ServicesContext value={services}>
      <OwnState>
        <Window />
      </OwnState>
    </ServicesContext>
  </QueryClientProvider>
)
