import { Page } from '../../ui/page.tsx'
import { useMay, useMe, useSeesAll } from '../me.ts'
import { CoordinatorPart } from './coordinator-part.tsx'
import { FleetPart, JobsPart } from './work-parts.tsx'
import { ApprovalsPart, BooksPart, PayoutsPart } from './money-parts.tsx'
import { IncidentsPart, ZonesPart } from './grid-parts.tsx'
import { BalancePart, ReceiptsPart, RunningPart } from './own-parts.tsx'
import css from './overview.module.css'

/** What is looked at first. Each part leads to its page; what whoever has signed in may not see is not asked for. */
export function OverviewPage() {
  const { requesterId } = useMe()
  const may = {
    account: [useMay('account.read'), requesterId !== null].every(Boolean),
    jobs: useMay('work.read'),
    fleet: useMay('fleet.read'),
    incidents: useMay('incidents.read'),
    approvals: useMay('approvals.read'),
    payouts: useMay('payouts.read'),
    books: useMay('ledger.read'),
    receipts: useMay('receipts.read'),
    system: useMay('system.read'),
  }
  const seesAll = useSeesAll('work.read')
  return (
    <Page title="Overview">
      <div className={css['parts']}>
        {may.system ? <CoordinatorPart /> : null}
        {may.account ? <BalancePart /> : null}
        {may.fleet ? <FleetPart /> : null}
        {may.jobs ? <JobsPart /> : null}
        {may.incidents ? <IncidentsPart /> : null}
        {may.approvals ? <ApprovalsPart /> : null}
        {may.payouts ? <PayoutsPart /> : null}
        {may.books ? <BooksPart /> : null}
        <ZonesPart seesFleet={may.fleet} />
        {may.jobs && !seesAll ? <RunningPart /> : null}
        {may.receipts ? <ReceiptsPart isOwn={!seesAll} /> : null}
      </div>
    </Page>
  )
}
