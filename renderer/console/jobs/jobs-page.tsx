import { useMemo, useState } from 'react'
import type { JobSummary } from '../../../shared/contract/work.ts'
import { Page } from '../../ui/page.tsx'
import { ChoiceFilter, FilterBar, TextFilter } from '../filter-bar.tsx'
import { NODE, REQUESTER, ZONE } from '../filter-shapes.ts'
import { type FilterKinds, type Filters, useFilters } from '../filters.ts'
import { useMay, useSeesAll } from '../me.ts'
import { DayFilter } from '../order/day-filter.tsx'
import { betweenDays } from '../order/days.ts'
import type { Outcome } from '../picks/each.ts'
import { given } from '../picks/given.ts'
import { OutcomeList } from '../picks/outcome-list.tsx'
import { usePicks } from '../picks/picked-bar.tsx'
import { hrefOf } from '../routes.ts'
import { useServices } from '../services.ts'
import { DataTable } from '../table/data-table.tsx'
import { type Rows, allRows } from '../table/keyset.ts'
import { useRows } from '../table/use-rows.ts'
import { useNow } from '../use-now.ts'
import { JOB_KIND, JOB_STATE, optionsOf } from '../words.ts'
import { JobActs } from './job-acts.tsx'
import { jobColumns, jobKey } from './job-columns.tsx'
import { JobFigures } from './job-figures.tsx'

const FILTERS = {
  find: { maxLength: 80 },
  state: { choices: Object.keys(JOB_STATE) },
  kind: { choices: Object.keys(JOB_KIND) },
  zone: { shape: ZONE },
  node: { maxLength: 43, shape: NODE },
  requester: { maxLength: 64, shape: REQUESTER },
  since: { maxLength: 10 },
  until: { maxLength: 10 },
} satisfies FilterKinds

/** How jobs fare, and every job that one may see. */
export function JobsPage() {
  const filters = useFilters(FILTERS)
  const seesAll = useSeesAll('work.read')
  const jobs = useJobs(filters, seesAll)
  const selection = usePicks(filters.key)
  const now = useNow()
  const mayAct = [useMay('jobs.write'), useSeesAll('work.write')].includes(true)
  const maySubmit = useMay('jobs.write')
  const [outcomes, setOutcomes] = useState<readonly Outcome[]>([])
  const picked = usePicked(jobs.rows, selection.keys)
  return (
    <Page title={seesAll ? 'Jobs' : 'Your jobs'}>
      <JobFigures now={now} />
      {maySubmit ? (
        <p>
          <a href={hrefOf({ page: 'submit-job' })}>Submit a job</a>
        </p>
      ) : null}
      <JobFilters filters={filters} seesAll={seesAll} />
      <OutcomeList outcomes={outcomes} one="job" hrefOf={(jobId) => hrefOf({ page: 'job', jobId })} close={() => setOutcomes([])} />
      <DataTable
        what="jobs"
        source={jobs}
        columns={jobColumns(now, seesAll)}
        keyOf={jobKey}
        narrowed={filters}
        {...(mayAct ? { selection, acts: <JobActs picked={picked} selection={selection} onOutcome={setOutcomes} /> } : {})}
        empty={
          maySubmit
            ? { title: 'No jobs yet.', text: <a href={hrefOf({ page: 'submit-job' })}>Submit the first one.</a> }
            : { title: 'No jobs yet.', text: 'A job appears here when a requester submits one.' }
        }
      />
    </Page>
  )
}

/** The rows that were picked, of those that were loaded. */
const usePicked = (rows: Rows<JobSummary> | undefined, keys: ReadonlySet<string>): readonly JobSummary[] =>
  useMemo(() => (rows === undefined || keys.size === 0 ? [] : allRows(rows).filter(({ jobId }) => keys.has(jobId))), [rows, keys])

function useJobs(filters: Filters<typeof FILTERS>, seesAll: boolean) {
  const { client } = useServices()
  const { since, until } = betweenDays(filters.one('since'), filters.one('until'))
  return useRows({
    queryKey: ['jobs', 'list', filters.key],
    fetchPage: (page) =>
      client.call('browseJobs', {
        ...page,
        state: filters.all('state').join(',') || null,
        ...given('kind', filters.all('kind').join(',')),
        ...given('zone', filters.one('zone')),
        ...given('node', filters.one('node')),
        ...(seesAll ? given('requester', filters.one('requester')) : {}),
        ...given('search', filters.one('find')),
        ...given('since', since),
        ...given('until', until),
      }),
    keyOf: jobKey,
  })
}

const JobFilters = ({ filters, seesAll }: { readonly filters: Filters<typeof FILTERS>; readonly seesAll: boolean }) => (
  <FilterBar filters={filters}>
    <TextFilter filters={filters} name="find" label="Search" placeholder="Part of a name, or beginning of an id" isSearch />
    <ChoiceFilter filters={filters} name="state" label="State" options={optionsOf(JOB_STATE)} />
    <ChoiceFilter filters={filters} name="kind" label="Kind" options={optionsOf(JOB_KIND)} />
    <TextFilter filters={filters} name="zone" label="Zone" placeholder="Such as DE" />
    <TextFilter filters={filters} name="node" label="Node" placeholder="Its id, in full" />
    {seesAll ? <TextFilter filters={filters} name="requester" label="Requester" placeholder="In full" /> : null}
    <DayFilter filters={filters} name="since" label="Submitted from (UTC)" />
    <DayFilter filters={filters} name="until" label="Until (UTC)" />
  </FilterBar>
)
