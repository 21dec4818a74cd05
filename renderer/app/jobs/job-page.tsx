import type { ReactNode } from 'react'
import type { AgentJob, RunningJob } from '../../../shared/contract/agent-job.ts'
import type { Device } from '../../../shared/contract/device.ts'
import { formatUsd } from '../../../shared/domain/money.ts'
import { isUnpaid, jobPower, worksOn } from '../../../shared/domain/running-jobs.ts'
import { formatEnergy, formatPercent, formatSpan, formatUncertainty, formatWindow } from '../../lib/format.ts'
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
import { Loaded, SkeletonLines } from '../../ui/loaded.tsx'
import { Page } from '../../ui/page.tsx'
import { Moment } from '../../ui/relative-time.tsx'
import { useNow } from '../hooks.ts'
import { useJob, useRunning, useStatus } from '../queries.ts'
import { useLiveStatus } from '../use-live-status.ts'

const Back = () => <a href={hrefOf({ page: 'jobs' })}>All jobs</a>

/** One attempt: what it is, where it stands and why, what it took and brought. */
export function JobPage({ id }: { id: string }) {
  const job = useJob(id)
  const running = useRunning()
  const now = useNow()
  return (
    <Page title={job.data?.name ?? 'Job'} above={<Back />}>
      <Loaded query={job} what="this job" skeleton={<SkeletonLines count={8} />}>
        {(found) =>
          found === null ? (
            <EmptyState title="This computer has no such job.">It may belong to another computer of yours, or the address is incomplete.</EmptyState>
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
          {job.message} {job.code === null ? null : <code>{job.code}</code>}
        </Banner>
      )}
      <Card title="Work">
        <Facts rows={{ ...placeOf(live, devices), ...workOf(job, now) }} />
      </Card>
      <Card title="Result">
        <Facts rows={resultOf(job, live !== null)} />
      </Card>
    </>
  )
}

/** What a job at work works on. */
function placeOf(live: RunningJob | null, devices: readonly Device[]): Record<string, ReactNode> {
  const power = live && jobPower(live, devices)
  return { 'Works on': (live && worksOn(live, devices).join(' and ')) || null, 'Power now': power && powerText(power) }
}

const moment = (at: string | null, now: number): ReactNode => (at === null ? null : <Moment at={at} now={now} />)

const workOf = (job: AgentJob, now: number): Record<string, ReactNode> => ({
  Kind: kindWord(job.kind),
  'Runs in': RUNTIME_WORD[job.runtime],
  Window: `${formatWindow(job.window, now)}, expected to take ${formatSpan(job.expectedSeconds * 1_000)}`,
  Received: moment(job.receivedAt, now),
  Started: moment(job.startedAt, now),
  Ended: moment(job.endedAt, now),
  Took: job.startedAt === null || job.endedAt === null ? null : formatSpan(Date.parse(job.endedAt) - Date.parse(job.startedAt)),
  Progress: job.progress === null ? null : formatPercent(job.progress),
  'Job id': <CopyId value={job.jobId} what="job id" />,
})

const resultOf = (job: AgentJob, isLive: boolean): Record<string, ReactNode> => ({
  [isLive ? 'Energy so far' : 'Energy']:
    job.joules === null ? 'Not metered yet' : <EnergyText joules={job.joules} method={job.method} uncertaintyPct={job.uncertaintyPct} />,
  Earned: job.microUsd === null ? unearnedText(job, isLive) : formatUsd(job.microUsd),
  Receipt: job.receiptId === null ? 'None yet' : <a href={hrefOf({ page: 'receipt', receiptId: job.receiptId })}>Open and check the receipt</a>,
  'Energy proof': job.proofId === null ? null : <CopyId value={job.proofId} what="proof id" />,
})

function unearnedText(job: AgentJob, isLive: boolean): string {
  if (job.state === 'given-back') return isUnpaid(job) ? 'Nothing' : 'Paid when the job is finished'
  return isLive ? 'Once its result is accepted' : 'Nothing booked'
}

/** Energy with how it was measured and how sure that is. */
const EnergyText = ({ joules, method, uncertaintyPct }: { joules: number } & Pick<AgentJob, 'method' | 'uncertaintyPct'>) => (
  <>
    {method === 'estimate' ? '≈ ' : ''}
    {formatEnergy(joules)} {uncertaintyPct === null ? '' : formatUncertainty(uncertaintyPct)}{' '}
    {method === null ? null : <Explain how={METHOD_WORD[method].explain}>{METHOD_WORD[method].short}</Explain>}
  </>
)
