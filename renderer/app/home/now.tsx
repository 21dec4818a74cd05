import type { AgentStatus } from '../../../shared/contract/agent.ts'
import { formatUsd, sumDecimal } from '../../../shared/domain/money.ts'
import { formatMoment, formatWatts } from '../../lib/format.ts'
import { hrefOf } from '../../lib/router.ts'
import { displayWord, kindWord } from '../../lib/words.ts'
import { Badge } from '../../ui/badge.tsx'
import { Explain } from '../../ui/explain.tsx'
import { ReasonList } from '../../ui/reason-list.tsx'
import { useNow } from '../hooks.ts'
import css from './home.module.css'
import { PauseControl } from './pause-control.tsx'

/** What the machine does now and why, what today has brought, and the one verb that fits. */
export function Now({ status }: { status: AgentStatus }) {
  const now = useNow()
  return (
    <section className={css['now']} aria-label="Right now">
      <div className={css['what']}>
        <Badge state={displayWord(status, now)} look="pill" />
        <TodaysMoney today={status.today} now={now} />
        <p className={css['why']}>
          <Sentence status={status} />
        </p>
        <Progress status={status} />
        {status.reasons.length > 0 ? <ReasonList reasons={status.reasons} now={now} /> : null}
      </div>
      <PauseControl status={status} />
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
