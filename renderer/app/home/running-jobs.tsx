import type { AgentStatus } from '../../../shared/contract/agent.ts'
import type { RunningJob } from '../../../shared/contract/agent-job.ts'
import { jobPower, worksOn } from '../../../shared/domain/running-jobs.ts'
import { t } from '../../../shared/i18n/translate.ts'
import { listOf } from '../../lib/format.ts'
import { drawnText, powerText, ranText } from '../../lib/job-text.ts'
import { hrefOf } from '../../lib/router.ts'
import { jobWord, kindWord } from '../../lib/words.ts'
import { Badge } from '../../ui/badge.tsx'
import { Foreign } from '../../ui/foreign.tsx'
import { LedgerTable, Sub } from '../../ui/ledger-table.tsx'
import { useNow } from '../hooks.ts'
import { useLiveStatus } from '../use-live-status.ts'
import { JobProgress } from './job-progress.tsx'

const COLUMNS = [{ name: t('Job') }, { name: t('Now') }, { name: t('Works on') }, { name: t('So far'), align: 'end' }] as const

/** Jobs that run beside one another: how each is doing, on what, and what it has drawn. */
export function RunningJobs({ status: { running, devices } }: { status: Pick<AgentStatus, 'running' | 'devices'> }) {
  useLiveStatus()
  const now = useNow()
  return <LedgerTable caption={t('Jobs that run now')} columns={COLUMNS} rows={running.map((job) => rowOf(job, devices, now))} />
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
        {job.message === null ? null : (
          <Sub>
            <Foreign>{job.message}</Foreign>
          </Sub>
        )}
      </>,
      <>
        {listOf(worksOn(job, devices)) || '–'}
        {power === null ? null : <Sub>{powerText(power)}</Sub>}
      </>,
      <>
        {drawnText(job)}
        <Sub>{ranText(job, now)}</Sub>
      </>,
    ],
  }
}
