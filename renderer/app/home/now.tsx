import type { AgentStatus } from '../../../shared/contract/agent.ts'
import type { RunningJob } from '../../../shared/contract/agent-job.ts'
import { formatUsd } from '../../../shared/domain/money.ts'
import { t } from '../../../shared/i18n/translate.ts'
import { restingDevices } from '../../lib/device-text.ts'
import { formatMoment, midSentence } from '../../lib/format.ts'
import { powerText } from '../../lib/job-text.ts'
import { resumeText } from '../../lib/resume-text.ts'
import { rich } from '../../lib/rich.tsx'
import { hrefOf } from '../../lib/router.ts'
import { RESTING, displayWord, kindWord } from '../../lib/words.ts'
import { Badge } from '../../ui/badge.tsx'
import { Explain } from '../../ui/explain.tsx'
import { Foreign } from '../../ui/foreign.tsx'
import { ReasonList } from '../../ui/reason-list.tsx'
import prose from '../../ui/prose.module.css'
import { CoordinatorLink } from '../coordinator/no-coordinator.tsx'
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
    <section className={css['now']} aria-label={t('Right now')}>
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
        <CoordinatorLink state={status.coordinator.state} />
        <YieldFact status={status} now={now} />
        <p className={prose['small']}>
          <a href={hrefOf({ page: 'day' })}>{status.running.length > 0 ? t('Where the day went') : t('Why is nothing running?')}</a>
        </p>
      </div>
    </section>
  )
}

const TodaysMoney = ({ today, now }: { today: AgentStatus['today']; now: number }) => (
  <p className={css['big']}>
    <Explain
      how={rich(
        'Your share of jobs whose proof was accepted since {time} (midnight UTC), before electricity. {earnings} has what is left after it, and the sum behind each amount.',
        { time: formatMoment(today.since, now), earnings: <a href={hrefOf({ page: 'earnings' })}>{t('Earnings')}</a> },
      )}
    >
      {formatUsd(today.confirmedMicroUsd)}
    </Explain>{' '}
    <small>
      {today.accruedMicroUsd === '0'
        ? t('confirmed today, before electricity')
        : t('confirmed today, before electricity; {amount} more is accrued', { amount: formatUsd(today.accruedMicroUsd) })}
    </small>
  </p>
)

function Sentence({ status }: { status: AgentStatus }) {
  const { display, job, running } = status
  switch (display) {
    case 'earning':
      return <AtWork status={status} />
    case 'finishing':
      return (
        <>
          <AtWork finishing status={status} /> {t('Then Windfall pauses until you resume.')}
        </>
      )
    case 'ready':
      return t('Nothing stands in the way. The next job that fits this computer starts by itself.')
    case 'waiting':
      if (running.length > 1)
        return t('{jobs, plural, one {# job makes room for you, and goes on by itself.} other {# jobs make room for you, and go on by themselves.}}', {
          jobs: running.length,
        })
      if (job === null) return t('Work starts by itself once nothing below stands in the way.')
      return running.length === 1
        ? t('“{name}” makes room for you, and goes on by itself once nothing below stands in the way.', { name: job.name })
        : t('“{name}” starts by itself once nothing below stands in the way.', { name: job.name })
    case 'paused':
      return t('No job runs meanwhile. A pause survives a restart.')
    case 'action-needed':
      return t('No job can run until this is put right.')
  }
}

/** What runs, at how many watts. Of several, each has a row of its own below. */
function AtWork({ finishing = false, status: { running, power } }: { finishing?: boolean; status: AgentStatus }) {
  const [job] = running
  if (job === undefined) return t('A job is running.')
  const known = power === null ? 'no' : 'yes'
  const watts = power === null ? '' : powerText(power)
  if (running.length > 1) return jobsText(finishing, { jobs: running.length, known, watts })
  const places = { job: <a href={hrefOf({ page: 'job', id: job.leaseId })}>{job.name}</a>, kind: midSentence(kindWord(job.kind)), known, watts }
  if (job.state !== 'preparing') {
    return finishing
      ? rich('Finishing {job}, {kind}{known, select, yes { at {watts}} other {}}.', places)
      : rich('Running {job}, {kind}{known, select, yes { at {watts}} other {}}.', places)
  }
  return (
    <>
      {rich('Preparing {job}, {kind}{known, select, yes { at {watts}} other {}}.', places)} {job.message === null ? null : <Foreign>{job.message}</Foreign>}
    </>
  )
}

const jobsText = (finishing: boolean, values: { readonly jobs: number; readonly known: 'yes' | 'no'; readonly watts: string }): string =>
  finishing
    ? t('Finishing {jobs, plural, one {# job} other {# jobs}}{known, select, yes { at {watts}} other {}}.', values)
    : t('Running {jobs, plural, one {# job} other {# jobs}}{known, select, yes { at {watts}} other {}}.', values)

const Anyway = ({ until, now }: { until: string | null; now: number }) =>
  until === null ? null : t('Running anyway until {time}: that you are here, your hours and your grid rule do not count.', { time: formatMoment(until, now) })

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
      <Badge state={RESTING} />{' '}
      {devices.length === 1 ? <Foreign>{message}</Foreign> : rich('{name}: {message}', { name, message: <Foreign>{message}</Foreign> })}
    </p>
  ))
}
