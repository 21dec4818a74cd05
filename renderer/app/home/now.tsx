import type { AgentStatus } from '../../../shared/contract/agent.ts'
import { formatUsd, sumDecimal } from '../../../shared/domain/money.ts'
import { restingDevices } from '../../lib/device-text.ts'
import { formatMoment, formatWatts } from '../../lib/format.ts'
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
import { OwnerVerbs } from './owner-verbs.tsx'
import { YieldFact } from './yield-fact.tsx'

/** What the machine does now and why, what today has brought, and the verbs that fit. */
export function Now({ status }: { status: AgentStatus }) {
  const now = useNow()
  const reasons = alarmOf(status) === null ? status.reasons : status.reasons.slice(1)
  return (
    <section className={css['now']} aria-label="Right now">
      <div className={css['what']}>
        <Badge state={displayWord(status, now)} look="pill" />
        <TodaysMoney today={status.today} now={now} />
        <p className={css['why']}>
          <Sentence status={status} /> <Anyway until={status.anywayUntil} now={now} /> <NextEvent status={status} now={now} />
        </p>
        <Progress status={status} />
      </div>
      <OwnerVerbs status={status} />
      <div className={css['more']}>
        <Alarm status={status} />
        <Resting status={status} />
        {reasons.length > 0 ? <ReasonList reasons={reasons} now={now} /> : null}
        <YieldFact status={status} now={now} />
        <p className={prose['small']}>
          <a href={hrefOf({ page: 'day' })}>
            {status.display === 'earning' || status.display === 'finishing' ? 'Where the day went' : 'Why is nothing running?'}
          </a>
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
          {formatUsd(today.accruedMicroUsd)} being checked and {formatUsd(today.confirmedMicroUsd)} confirmed: your share of what jobs paid since{' '}
          {formatMoment(today.since, now)} (midnight UTC). Windfall does not know your electricity price, so the cost of power is not taken off.
        </>
      }
    >
      {formatUsd(sumDecimal(today.accruedMicroUsd, today.confirmedMicroUsd))}
    </Explain>{' '}
    <small>earned today, before electricity</small>
  </p>
)

function Sentence({ status: { display, job, power } }: { status: AgentStatus }) {
  switch (display) {
    case 'earning':
    case 'finishing':
      if (job === null) return 'A job is running.'
      return (
        <>
          {display === 'earning' ? 'Running' : 'Finishing'} <a href={hrefOf({ page: 'job', id: job.leaseId })}>{job.name}</a>,{' '}
          {kindWord(job.kind).toLowerCase()}
          {power === null ? '' : ` at ${power.method === 'estimate' ? '≈ ' : ''}${formatWatts(power.watts)}`}.
          {display === 'finishing' ? ' Then Windfall pauses until you resume.' : ''}
        </>
      )
    case 'ready':
      return 'Nothing stands in the way. The next job that fits this computer starts by itself.'
    case 'waiting':
      return job === null
        ? 'Work starts by itself once nothing below stands in the way.'
        : `“${job.name}” starts by itself once nothing below stands in the way.`
    case 'paused':
      return 'No job runs meanwhile. A pause survives a restart.'
    case 'action-needed':
      return 'No job can run until this is put right.'
  }
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

function Progress({ status: { display, job } }: { status: AgentStatus }) {
  if (job?.progress == null || (display !== 'earning' && display !== 'finishing')) return null
  const percent = Math.floor(job.progress * 100)
  return (
    <p className={css['progress']}>
      <progress max={1} value={job.progress} aria-label={`Progress of ${job.name}`} />
      <span>{percent} %</span>
    </p>
  )
}

/** A job that stands still although nothing stands in the way of work: its device is over a limit of the owner's. */
function Resting({ status: { job, devices } }: { status: AgentStatus }) {
  const resting = job === null ? [] : restingDevices(devices)
  return resting.map(({ name, message }) => (
    <p key={name} className={css['resting']}>
      <Badge state={RESTING} /> {devices.length === 1 ? message : `${name}: ${message}`}
    </p>
  ))
}
