import type { ApprovalView } from '../../../shared/contract/approval.ts'
import { Page } from '../../ui/page.tsx'
import prose from '../../ui/prose.module.css'
import { ChoiceFilter, FilterBar } from '../filter-bar.tsx'
import { type FilterKinds, useFilters } from '../filters.ts'
import { Linked } from '../order/linked.tsx'
import { Part } from '../order/part.tsx'
import { useServices } from '../services.ts'
import { DataTable } from '../table/data-table.tsx'
import { useRows } from '../table/use-rows.ts'
import { useNow } from '../use-now.ts'
import { approvalColumns, approvalKey } from './approval-columns.tsx'
import { APPROVAL_KIND } from './approval-words.ts'
import { Waiting } from './waiting.tsx'

const OVER = ['done', 'rejected', 'expired'] as const satisfies readonly ApprovalView['state'][]
const FILTERS = { state: { choices: OVER }, kind: { choices: Object.keys(APPROVAL_KIND) } } as const satisfies FilterKinds

/** What one person has asked for and a second one has to let happen, and what came of it before. */
export function ApprovalsPage() {
  const { client } = useServices()
  const filters = useFilters(FILTERS)
  const kind = filters.all('kind').join(',')
  const history = useRows({
    queryKey: ['approvals', 'list', filters.key],
    fetchPage: (page) =>
      client.call('listApprovals', { ...page, waiting: false, state: filters.all('state').join(',') || OVER.join(','), ...(kind === '' ? {} : { kind }) }),
    keyOf: approvalKey,
  })
  return (
    <Page title="Approvals">
      <p className={prose['lead']}>
        What moves much money, or lets somebody move it, takes two people: one asks, another one approves. Large batches of payouts wait under{' '}
        <Linked to={{ page: 'payouts' }}>Payouts</Linked>.
      </p>
      <Waiting />
      <Part title="Before">
        <FilterBar filters={filters}>
          <ChoiceFilter filters={filters} name="state" label="What came of it" options={OVER} />
          <ChoiceFilter filters={filters} name="kind" label="Kind" options={Object.entries(APPROVAL_KIND).map(([value, label]) => ({ value, label }))} />
        </FilterBar>
        <DataTable
          what="approvals"
          source={history}
          columns={approvalColumns(useNow())}
          keyOf={approvalKey}
          narrowed={filters}
          empty={{ title: 'Nothing was asked for before.', text: 'What was approved, rejected or ran out of time stays here.' }}
        />
      </Part>
    </Page>
  )
}
