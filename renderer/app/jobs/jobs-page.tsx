import type { AgentJob } from '../../../shared/contract/agent.ts'
import { formatUsd } from '../../../shared/domain/money.ts'
import { formatEnergy } from '../../lib/format.ts'
import { hrefOf } from '../../lib/router.ts'
import { JOB_WORD, kindWord } from '../../lib/words.ts'
import { Badge } from '../../ui/badge.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { LedgerTable, Sub } from '../../ui/ledger-table.tsx'
import { Loaded, SkeletonLines } from '../../ui/loaded.tsx'
import { Page } from '../../ui/page.tsx'
import { Moment } from '../../ui/relative-time.tsx'
import { ShowOlder } from '../../ui/show-older.tsx'
import { useNow } from '../hooks.ts'
import { useJobs } from '../queries.ts'

const COLUMNS = [
  { name: 'Job' },
  { name: 'State' },
  { name: 'Received', show: 'wide' },
  { name: 'Energy', align: 'end', show: 'wide' },
  { name: 'Earned', align: 'end' },
] as const

/** Every attempt this computer was given, newest first. */
export function JobsPage() {
  const jobs = useJobs()
  const now = useNow()
  return (
    <Page title="Jobs">
      <Loaded query={jobs} what="your jobs" skeleton={<SkeletonLines count={6} />}>
        {(items) =>
          items.length === 0 ? (
            <EmptyState title="No jobs yet.">
              The first one appears here when the coordinator has work that fits this computer and its grid. Nothing to do: it starts by itself.
            </EmptyState>
          ) : (
            <>
              <LedgerTable caption="Jobs, newest first" columns={COLUMNS} rows={items.map((job) => rowOf(job, now))} />
              <ShowOlder query={jobs} />
            </>
          )
        }
      </Loaded>
    </Page>
  )
}

const rowOf = (job: AgentJob, now: number) => ({
  key: job.leaseId,
  cells: [
    <>
      <a href={hrefOf({ page: 'job', id: job.leaseId })}>{job.name}</a>
      <Sub>{kindWord(job.kind)}</Sub>
    </>,
    <>
      <Badge state={JOB_WORD[job.state]} />
      {job.message === null ? null : <Sub>{job.message}</Sub>}
    </>,
    <Moment key="received" at={job.receivedAt} now={now} />,
    job.joules === null ? '–' : `${job.method === 'estimate' ? '≈ ' : ''}${formatEnergy(job.joules)}`,
    job.microUsd === null ? '–' : formatUsd(job.microUsd),
  ],
})
