import { type ComponentType, type ReactNode, lazy } from 'react'
import type { Permission } from '../../shared/domain/permissions.ts'
import type { PageName, Route } from './routes.ts'

interface PageEntry {
  /** In the menu; `null` for a page that one comes to by another. */
  readonly label: string | null
  /** Without it the page is neither in the menu nor shown. */
  readonly needs: Permission
  readonly show: (route: Route) => ReactNode
  /** Pages that one comes to by this one. */
  readonly pages?: readonly PageName[]
}

/** A page that is fetched when somebody first goes there. */
const page = (load: () => Promise<ComponentType>): (() => ReactNode) => {
  const Page = lazy(async () => ({ default: await load() }))
  return () => <Page />
}

/** A page about one thing, which its address names. */
const pageOf = <N extends string>(name: N, load: () => Promise<ComponentType<Readonly<Record<N, string>>>>): ((route: Route) => ReactNode) => {
  const Page = lazy(async () => ({ default: await load() }))
  return (route) => {
    const named = { [name]: (route as Readonly<Record<string, string>>)[name] ?? '' } as Readonly<Record<N, string>>
    return <Page {...named} />
  }
}

/** Every page, in the order of the menu. */
export const PAGE_ENTRIES: Readonly<Partial<Record<PageName, PageEntry>>> = {
  overview: { label: 'Overview', needs: 'self.read', show: page(async () => (await import('./overview/overview-page.tsx')).OverviewPage) },
  jobs: {
    label: 'Jobs',
    needs: 'work.read',
    show: page(async () => (await import('./jobs/jobs-page.tsx')).JobsPage),
    pages: ['job', 'submit-job'],
  },
  'submit-job': { label: null, needs: 'jobs.write', show: page(async () => (await import('./jobs/submit/submit-page.tsx')).SubmitPage) },
  job: { label: null, needs: 'work.read', show: pageOf('jobId', async () => (await import('./jobs/job-page.tsx')).JobPage) },
  fleet: { label: 'Fleet', needs: 'fleet.read', show: page(async () => (await import('./fleet/fleet-page.tsx')).FleetPage), pages: ['node'] },
  node: { label: null, needs: 'fleet.read', show: pageOf('nodeId', async () => (await import('./fleet/node-page.tsx')).NodePage) },
  zones: { label: 'Zones', needs: 'self.read', pages: ['zone'], show: page(async () => (await import('./zones/zones-page.tsx')).ZonesPage) },
  zone: { label: null, needs: 'self.read', show: pageOf('zone', async () => (await import('./zones/zone-page.tsx')).ZonePage) },
  decisions: {
    label: 'Decisions',
    needs: 'decisions.read',
    show: page(async () => (await import('./decisions/decisions-page.tsx')).DecisionsPage),
    pages: ['decision'],
  },
  decision: { label: null, needs: 'decisions.read', show: pageOf('seq', async () => (await import('./decisions/decision-page.tsx')).DecisionPage) },
  incidents: {
    label: 'Incidents',
    needs: 'incidents.read',
    pages: ['incident'],
    show: page(async () => (await import('./incidents/incidents-page.tsx')).IncidentsPage),
  },
  incident: { label: null, needs: 'incidents.read', show: pageOf('incidentId', async () => (await import('./incidents/incident-page.tsx')).IncidentPage) },
  ledger: { label: 'Ledger', needs: 'account.read', show: page(async () => (await import('./ledger/ledger-page.tsx')).LedgerPage) },
  payouts: { label: 'Payouts', needs: 'payouts.read', show: page(async () => (await import('./payouts/payouts-page.tsx')).PayoutsPage) },
  approvals: { label: 'Approvals', needs: 'approvals.read', show: page(async () => (await import('./approvals/approvals-page.tsx')).ApprovalsPage) },
  account: { label: 'Account', needs: 'account.read', show: page(async () => (await import('./account/account-page.tsx')).AccountPage) },
  receipts: {
    label: 'Receipts',
    needs: 'receipts.read',
    pages: ['receipt'],
    show: page(async () => (await import('./receipts/receipts-page.tsx')).ReceiptsPage),
  },
  receipt: { label: null, needs: 'receipts.read', show: pageOf('receiptId', async () => (await import('./receipts/receipt-page.tsx')).ReceiptPage) },
  emissions: { label: 'Emissions', needs: 'receipts.read', show: page(async () => (await import('./emissions/emissions-page.tsx')).EmissionsPage) },
  profitability: {
    label: 'Profitability',
    needs: 'ledger.read',
    show: page(async () => (await import('./profitability/profitability-page.tsx')).ProfitabilityPage),
  },
  keys: { label: 'API keys', needs: 'keys.read', show: page(async () => (await import('./keys/keys-page.tsx')).KeysPage) },
  members: { label: 'Members', needs: 'members.read', show: page(async () => (await import('./members/members-page.tsx')).MembersPage) },
  webhooks: { label: 'Webhooks', needs: 'webhooks.read', show: page(async () => (await import('./webhooks/webhooks-page.tsx')).WebhooksPage) },
  audit: { label: 'Audit', needs: 'audit.read', show: page(async () => (await import('./audit/audit-page.tsx')).AuditPage) },
}
