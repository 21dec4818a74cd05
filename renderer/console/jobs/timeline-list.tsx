import type { JobDetail } from '../../../shared/contract/work.ts'
import { shortId } from '../../lib/format.ts'
import { Badge } from '../../ui/badge.tsx'
import { useMay } from '../me.ts'
import { hrefOf } from '../routes.ts'
import { Utc } from '../utc.tsx'
import css from './jobs.module.css'
import { type Step, timelineOf } from './timeline.ts'

/** What has happened to a job, oldest first, and where it stands. */
export const Timeline = ({ job, now }: { readonly job: JobDetail; readonly now: number }) => (
  <ol className={css['timeline']}>
    {timelineOf(job).map((step) => (
      <li key={step.key}>
        <span>{step.at === null ? 'Now' : <Utc at={step.at} now={now} />}</span>
        <span>
          <Badge state={step.state} />
          <StepText step={step} />
        </span>
      </li>
    ))}
  </ol>
)

function StepText({ step: { text, nodeId } }: { readonly step: Step }) {
  const seesFleet = useMay('fleet.read')
  return (
    <small>
      {text}
      {text !== '' && nodeId !== null ? ' · ' : ''}
      {nodeId === null ? null : seesFleet ? <a href={hrefOf({ page: 'node', nodeId })}>{shortId(nodeId)}</a> : shortId(nodeId)}
    </small>
  )
}
