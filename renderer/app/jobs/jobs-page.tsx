import type { AgentJob, RunningJob } from '../../../shared/contract/agent-job.ts'
import { formatUsd } from '../../../shared/domain/money.ts'
import { t } from '../../../shared/i18n/translate.ts'
import { formatPercent } from '../../lib/format.ts'
import { drawnText } from '../../lib/job-text.ts'
import { hrefOf } from '../../lib/router.ts'
import { jobWord, kindWord } from '../../lib/words.ts'
import { Badge } from '../../ui/badge.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Foreign } from '../../ui/foreign.tsx'
import { Sub } from '../../ui/ledger-table.tsx'
import { Loaded, SkeletonLines } from '../../ui/loaded.tsx'
import { Page } from '../../ui/page.tsx'
import { Moment } from '../../ui/relative-time.tsx'
import { ShowOlder } from '../../ui/show-older.tsx'
import { VirtualTable } from '../../ui/virtual-table.tsx'
import { useNow } from '../hooks.ts'
import { useJobs, useRunning } from '../queries.ts'
import { useLiveStatus } from '../use-live-status.ts'

const COLUMNS = [
  { name: t('Job') },
  { name: t('State') },
  { name: t('Received'), show: 'wide' },
  { name: t('Energy'), align: 'end', show: 'wide' },
  { name: t('Earned'), align: 'end' },
] as const

/** Every attempt this computer was given, newest first. */
export function JobsPage() {
  const jobs = useJobs()
  const running = useRunning()
  useLiveStatus(running.size > 0)
  const now = useNow()
  const rowAt = (job: AgentJob) => rowOf({ job, live: running.get(job.leaseId) ?? null, now })
  return (
    <Page title={t('Jobs')}>
      <Loaded query={jobs} what={t('your jobs')} skeleton={<SkeletonLines count={6} />}>
        {(items) =>
          items.length === 0 ? (
            <EmptyState title={t('No jobs yet.')}>
              {t('The first one appears here when the coordinator has work that fits this computer and its grid. Nothing to do: it starts by itself.')}
            </EmptyState>
          ) : (
            <>
              <VirtualTable
                caption={t('Jobs, newest first')}
                columns={COLUMNS}
                count={items.length}
                rowAt={(index) => rowAt(items[index] as AgentJob)}
                hasMore={jobs.hasNextPage}
                loadMore={() => void jobs.fetchNextPage({ cancelRefetch: false })}
              />
              <ShowOlder query={jobs} />
            </>
          )
        }
      </Loaded>
    </Page>
  )
}

interface Entry {
  readonly job: AgentJob
  /** The same, if it runs now. */
  readonly live: RunningJob | null
  readonly now: number
}

const rowOf = ({ job, live, now }: Entry) => ({
  key: job.leaseId,
  live: live !== null,
  cells: [
    <>
      <a href={hrefOf({ page: 'job', id: job.leaseId })}>{job.name}</a>
      <Sub>{kindWord(job.kind)}</Sub>
    </>,
    <State key="state" job={live ?? job} />,
    <Moment key="received" at={job.receivedAt} now={now} />,
    <>
      {drawnText(live ?? job)}
      {live?.joules == null ? null : <Sub>{t('so far')}</Sub>}
    </>,
    job.microUsd === null ? '–' : formatUsd(job.microUsd),
  ],
})

const State = ({ job }: { job: AgentJob }) => (
  <>
    <span>
      <Badge state={jobWord(job)} />
      {job.progress === null ? null : ` ${formatPercent(job.progress)}`}
    </span>
    {job.message === null ? null : (
      <Sub>
        <Foreign>{job.message}</Foreign>
      </Sub>
    )}
  </>
)
