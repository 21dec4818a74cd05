import type { AgentStatus } from '../../../shared/contract/agent.ts'
import type { RunningJob } from '../../../shared/contract/agent-job.ts'
import { jobPower, worksOn } from '../../../shared/domain/running-jobs.ts'
import { drawnText, powerText, ranText } from '../../lib/job-text.ts'
import { hrefOf } from '../../lib/router.ts'
import { jobWord, kindWord } from '../../lib/words.ts'
import { Badge } from '../../ui/badge.tsx'
import { LedgerTable, Sub } from '../../ui/ledger-table.tsx'
import { useNow } from '../hooks.ts'
import { useLiveStatus } from '../use-live-status.ts'
import { JobProgress } from './job-progress.tsx'

const COLUMNS = [{ name: 'Job' }, { name: 'Now' }, { name: 'Works on' }, { name: 'So far', align: 'end' }] as const

/** Jobs that run beside one another: how each is doing, on what, and what it has drawn. */
export function RunningJobs({ status: { running, devices } }: { status: Pick<AgentStatus, 'running' | 'devices'> }) {
  useLiveStatus()
  const now = useNow()
  return <LedgerTable caption="Jobs that run now" columns={COLUMNS} rows={running.map((job) => rowOf(job, devices, now))} />
}

function rowOf(job: RunningJob, devices: AgentStatus['devices'], now: number) {
  const power = jobPower(job, devices)
  return {
    key: job.leaseId,
    cells: [
      <>
        <a href={hrefOf({ page: 'job', id: job.leaseId })}>{job.name}</a>
        <Sub>{kindWord(job.kind)}</Sub>
      </>,
      <>
        <Badge state={jobWord(job)} />
        <JobProgress job={job} />
        {job.message === null ? null : <Sub>{job.message}</Sub>}
      </>,
      <>
        {worksOn(job, devices).join(' and ') || '–'}
        {power === null ? null : <Sub>{powerText(power)}</Sub>}
      </>,
      <>
        {drawnText(job)}
        <Sub>{ranText(job, now)}</Sub>
      </>,
    ],
  }
}
