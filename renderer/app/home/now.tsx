import type { AgentStatus } from '../../../shared/contract/agent.ts'
import type { RunningJob } from '../../../shared/contract/agent-job.ts'
import { formatUsd } from '../../../shared/domain/money.ts'
import { restingDevices } from '../../lib/device-text.ts'
import { formatMoment } from '../../lib/format.ts'
import { powerText } from '../../lib/job-text.ts'
import { resumeText } from '../../lib/resume-text.ts'
import { hrefOf } from '../../lib/router.ts'
import { RESTING, displayWord, kindWord } from '../../lib/words.ts'
import { Badge } from '../../ui/badge.tsx'
import { Explain } from '../../ui/explain.tsx'
import { ReasonList } from '../../ui/reason-list.tsx'
import prose from '../../ui/prose.module.css'
import { useNow } from '../hooks.ts'
import { Alarm, alarmOf } from './alarm.tsx'
import { Countdown } from './countdown.tsx'
import css from './home.module.css'
import { JobProgress } from './job-progress.tsx'
import { OwnerVerbs } from './owner-verbs.tsx'
import { RunningJobs } from './running-jobs.tsx'
import { YieldFact } from './yield-fact.tsx'

/** What the machine does now and why, what today has brought, and the verbs that fit. */
export function Now({ status }: { status: AgentStatus }) {
  const now = useNow()
  const reasons = alarmOf(status) === null ? status.reasons : status.reasons.slice(1)
  const only = status.running.length === 1 ? (status.running[0] ?? null) : null
  return (
    <section className={css['now']} aria-label="Right now">
      <div className={css['what']}>
        <Badge state={displayWord(status, now)} look="pill" />
        <TodaysMoney today={status.today} now={now} />
        <p className={css['why']}>
          <Sentence status={status} /> <Anyway until={status.anywayUntil} now={now} /> <NextEvent status={status} now={now} />
        </p>
        {only === null ? null : <JobProgress job={only} />}
      </div>
      <OwnerVerbs status={status} />
      <div className={css['more']}>
        <Alarm status={status} />
        {status.running.length > 1 ? (
          <div className={css['jobs']}>
            <RunningJobs status={status} />
          </div>
        ) : null}
        {only === null ? null : <Resting job={only} devices={status.devices} />}
        {reasons.length > 0 ? <ReasonList reasons={reasons} now={now} /> : null}
        <YieldFact status={status} now={now} />
        <p className={prose['small']}>
          <a href={hrefOf({ page: 'day' })}>{status.running.length > 0 ? 'Where the day went' : 'Why is nothing running?'}</a>
        </p>
      </div>
    </section>
  )
}

const TodaysMoney = ({ today, now }: { today: AgentStatus['today']; now: number }) => (
  <p className={css['big']}>
    <Explain
      how={
        <>
          Your share of jobs whose proof was accepted since {formatMoment(today.since, now)} (midnight UTC), before electricity.{' '}
          <a href={hrefOf({ page: 'earnings' })}>Earnings</a> has what is left after it, and the sum behind each amount.
        </>
      }
    >
      {formatUsd(today.confirmedMicroUsd)}
    </Explain>{' '}
    <small>confirmed today, before electricity{today.accruedMicroUsd === '0' ? '' : `; ${formatUsd(today.accruedMicroUsd)} more is accrued`}</small>
  </p>
)

function Sentence({ status }: { status: AgentStatus }) {
  const { display, job, running } = status
  switch (display) {
    case 'earning':
      return <AtWork verb="Running" status={status} />
    case 'finishing':
      return (
        <>
          <AtWork verb="Finishing" status={status} /> Then Windfall pauses until you resume.
        </>
      )
    case 'ready':
      return 'Nothing stands in the way. The next job that fits this computer starts by itself.'
    case 'waiting':
      if (running.length > 1) return `${running.length} jobs make room for you, and go on by themselves.`
      if (job === null) return 'Work starts by itself once nothing below stands in the way.'
      return `“${job.name}” ${running.length === 1 ? 'makes room for you, and goes on' : 'starts'} by itself once nothing below stands in the way.`
    case 'paused':
      return 'No job runs meanwhile. A pause survives a restart.'
    case 'action-needed':
      return 'No job can run until this is put right.'
  }
}

/** What runs, at how many watts. Of several, each has a row of its own below. */
function AtWork({ verb, status: { running, power } }: { verb: 'Running' | 'Finishing'; status: AgentStatus }) {
  const [job] = running
  const at = power === null ? '' : ` at ${powerText(power)}`
  if (job === undefined) return 'A job is running.'
  if (running.length > 1) return `${verb} ${running.length} jobs${at}.`
  return (
    <>
      {job.state === 'preparing' ? 'Preparing' : verb} <a href={hrefOf({ page: 'job', id: job.leaseId })}>{job.name}</a>, {kindWord(job.kind).toLowerCase()}
      {at}.{job.state === 'preparing' && job.message !== null ? ` ${job.message}` : ''}
    </>
  )
}

const Anyway = ({ until, now }: { until: string | null; now: number }) =>
  until === null ? null : `Running anyway until ${formatMoment(until, now)}: that you are here, your hours and your grid rule do not count.`

/** When work goes on. With a pause of the owner’s alone, to the second. */
function NextEvent({ status: { display, reasons, pausedUntil }, now }: { status: AgentStatus; now: number }) {
  if (display === 'earning' || display === 'action-needed') return null
  const [reason, ...others] = reasons
  if (reason?.code === 'user' && others.length === 0 && pausedUntil !== null) return <Countdown until={pausedUntil} />
  return resumeText(reasons, now)
}

/** A job that stands still although nothing stands in the way of work: its device is over a limit of the owner's. */
function Resting({ job, devices }: { job: RunningJob; devices: AgentStatus['devices'] }) {
  const own = devices.filter(({ deviceId }) => job.deviceIds.includes(deviceId))
  return restingDevices(own).map(({ name, message }) => (
    <p key={name} className={css['resting']}>
      <Badge state={RESTING} /> {devices.length === 1 ? message : `${name}: ${message}`}
    </p>
  ))
}
