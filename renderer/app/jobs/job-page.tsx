import type { ReactNode } from 'react'
import type { AgentJob, RunningJob } from '../../../shared/contract/agent-job.ts'
import type { Device } from '../../../shared/contract/device.ts'
import { formatUsd } from '../../../shared/domain/money.ts'
import { isUnpaid, jobPower, worksOn } from '../../../shared/domain/running-jobs.ts'
import { t } from '../../../shared/i18n/translate.ts'
import { formatEnergy, formatPercent, formatSpan, formatUncertainty, formatWindow, listOf } from '../../lib/format.ts'
import { powerText } from '../../lib/job-text.ts'
import { hrefOf } from '../../lib/router.ts'
import { METHOD_WORD, RUNTIME_WORD, type Tone, jobWord, kindWord } from '../../lib/words.ts'
import { Badge } from '../../ui/badge.tsx'
import { Banner } from '../../ui/banner.tsx'
import { Card } from '../../ui/card.tsx'
import { CopyId } from '../../ui/copy-id.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Explain } from '../../ui/explain.tsx'
import { Facts } from '../../ui/facts.tsx'
import { Foreign } from '../../ui/foreign.tsx'
import { Loaded, SkeletonLines } from '../../ui/loaded.tsx'
import { Page } from '../../ui/page.tsx'
import { Moment } from '../../ui/relative-time.tsx'
import { useNow } from '../hooks.ts'
import { useJob, useRunning, useStatus } from '../queries.ts'
import { useLiveStatus } from '../use-live-status.ts'

const Back = () => <a href={hrefOf({ page: 'jobs' })}>{t('All jobs')}</a>

/** One attempt: what it is, where it stands and why, what it took and brought. */
export function JobPage({ id }: { id: string }) {
  const job = useJob(id)
  const running = useRunning()
  const now = useNow()
  return (
    <Page title={job.data?.name ?? t('Job')} above={<Back />}>
      <Loaded query={job} what={t('this job')} skeleton={<SkeletonLines count={8} />}>
        {(found) =>
          found === null ? (
            <EmptyState title={t('This computer has no such job.')}>
              {t('It may belong to another computer of yours, or the address is incomplete.')}
            </EmptyState>
          ) : (
            <JobDetail job={found} live={running.get(found.leaseId) ?? null} now={now} />
          )
        }
      </Loaded>
    </Page>
  )
}

const bannerTone = (tone: Tone) => (tone === 'plain' || tone === 'leaf' ? 'slate' : tone)

interface JobDetailProps {
  readonly job: AgentJob
  /** The same, if it runs now. */
  readonly live: RunningJob | null
  readonly now: number
}

function JobDetail({ job: known, live, now }: JobDetailProps) {
  useLiveStatus(live !== null)
  const devices = useStatus().data?.devices ?? []
  const job = live ?? known
  const state = jobWord(job)
  return (
    <>
      <p>
        <Badge state={state} look="pill" />
      </p>
      {job.message === null ? null : (
        <Banner tone={bannerTone(state.tone)} glyph={state.glyph}>
          <Foreign>{job.message}</Foreign> {job.code === null ? null : <code>{job.code}</code>}
        </Banner>
      )}
      <Card title={t('Work')}>
        <Facts rows={{ ...placeOf(live, devices), ...workOf(job, now) }} />
      </Card>
      <Card title={t('Result')}>
        <Facts rows={resultOf(job, live !== null)} />
      </Card>
    </>
  )
}

/** What a job at work works on. */
function placeOf(live: RunningJob | null, devices: readonly Device[]): Record<string, ReactNode> {
  const power = live && jobPower(live, devices)
  return { [t('Works on')]: (live && listOf(worksOn(live, devices))) || null, [t('Power now')]: power && powerText(power) }
}

const moment = (at: string | null, now: number): ReactNode => (at === null ? null : <Moment at={at} now={now} />)

const workOf = (job: AgentJob, now: number): Record<string, ReactNode> => ({
  [t('Kind')]: kindWord(job.kind),
  [t('Runs in')]: RUNTIME_WORD[job.runtime],
  [t('Window')]: t('{window}, expected to take {span}', { window: formatWindow(job.window, now), span: formatSpan(job.expectedSeconds * 1_000) }),
  [t('Received')]: moment(job.receivedAt, now),
  [t('Started')]: moment(job.startedAt, now),
  [t('Ended')]: moment(job.endedAt, now),
  [t('Took')]: job.startedAt === null || job.endedAt === null ? null : formatSpan(Date.parse(job.endedAt) - Date.parse(job.startedAt)),
  [t('Progress')]: job.progress === null ? null : formatPercent(job.progress),
  [t('Job id')]: <CopyId value={job.jobId} what={t('job id')} />,
})

const resultOf = (job: AgentJob, isLive: boolean): Record<string, ReactNode> => ({
  [isLive ? t('Energy so far') : t('Energy')]:
    job.joules === null ? t('Not metered yet') : <EnergyText joules={job.joules} method={job.method} uncertaintyPct={job.uncertaintyPct} />,
  [t('Earned')]: job.microUsd === null ? unearnedText(job, isLive) : formatUsd(job.microUsd),
  [t('Receipt')]:
    job.receiptId === null ? t('None yet') : <a href={hrefOf({ page: 'receipt', receiptId: job.receiptId })}>{t('Open and check the receipt')}</a>,
  [t('Energy proof')]: job.proofId === null ? null : <CopyId value={job.proofId} what={t('proof id')} />,
})

function unearnedText(job: AgentJob, isLive: boolean): string {
  if (job.state === 'given-back') return isUnpaid(job) ? t('Nothing') : t('Paid when the job is finished')
  return isLive ? t('Once its result is accepted') : t('Nothing booked')
}

/** Energy with how it was measured and how sure that is. */
const EnergyText = ({ joules, method, uncertaintyPct }: { joules: number } & Pick<AgentJob, 'method' | 'uncertaintyPct'>) => (
  <>
    {method === 'estimate' ? '≈ ' : ''}
    {formatEnergy(joules)} {uncertaintyPct === null ? '' : formatUncertainty(uncertaintyPct)}{' '}
    {method === null ? null : <Explain how={METHOD_WORD[method].explain}>{METHOD_WORD[method].short}</Explain>}
  </>
)
