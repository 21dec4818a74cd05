import { z } from 'zod'
import { Page } from '../../ui/page.tsx'
import prose from '../../ui/prose.module.css'
import { FilterBar, TextFilter } from '../filter-bar.tsx'
import { type FilterKinds, useFilters } from '../filters.ts'
import { useSeesAll } from '../me.ts'
import { DayFilter } from '../order/day-filter.tsx'
import { betweenDays } from '../order/days.ts'
import { useServices } from '../services.ts'
import { DataTable } from '../table/data-table.tsx'
import { useRows } from '../table/use-rows.ts'
import { useNow } from '../use-now.ts'
import { decisionColumns, decisionKey } from './decision-columns.tsx'

const FILTERS = {
  about: {
    maxLength: 80,
    shape: { schema: z.string().regex(/^(?:job|node|incident|proof):[A-Za-z0-9_-]{1,64}$/), like: 'job:, node:, incident: or proof: and an id' },
  },
  kind: { maxLength: 80, shape: { schema: z.string().regex(/^[a-z][a-z.-]{0,79}$/), like: 'a kind in small letters, such as plan or job.completed' } },
  since: { maxLength: 10 },
  until: { maxLength: 10 },
} satisfies FilterKinds

/** What was decided and what happened, as the log has it. */
export function DecisionsPage() {
  const { client } = useServices()
  const seesAll = useSeesAll('decisions.read')
  const filters = useFilters(FILTERS)
  const decisions = useRows({
    queryKey: ['decisions', 'list', filters.key],
    fetchPage: (page) =>
      client.call('listDecisions', {
        ...page,
        about: filters.one('about'),
        kind: filters.one('kind'),
        ...betweenDays(filters.one('since'), filters.one('until')),
      }),
    keyOf: decisionKey,
  })
  return (
    <Page title="Decisions">
      <p className={prose['lead']}>
        {seesAll ? 'Every decision' : 'Every decision about your jobs'}, on what it was made and by which rule. Each record holds the hash of the one before it.
      </p>
      <FilterBar filters={filters}>
        <TextFilter filters={filters} name="about" label="About" placeholder="job:ID, node:ID, incident:ID or proof:ID" isSearch />
        <TextFilter filters={filters} name="kind" label="Kind" placeholder="plan or job.completed" />
        <DayFilter filters={filters} name="since" label="From (UTC day)" />
        <DayFilter filters={filters} name="until" label="To (UTC day)" />
      </FilterBar>
      <DataTable
        what="decisions"
        source={decisions}
        columns={decisionColumns(useNow())}
        keyOf={decisionKey}
        narrowed={filters}
        empty={{
          title: 'No decisions yet.',
          text: seesAll
            ? 'The first one is written down when a machine enrols or a job comes in.'
            : 'The first one about your jobs is written down when you submit one.',
        }}
      />
    </Page>
  )
}
