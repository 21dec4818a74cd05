import type { JobFigures } from '../../../shared/contract/overview.ts'
import { DataDetails } from '../../ui/data-details.tsx'
import { countOf } from '../picks/each.ts'
import { formatUtc } from '../utc.tsx'
import css from './jobs.module.css'

const HEIGHT = 100

interface QueueChartProps {
  readonly queue: JobFigures['queue']
  readonly now: number
}

/** How many jobs waited at the end of each hour. A picture for the eye, one image with one sentence; the table below has the figures. */
export function QueueChart({ queue, now }: QueueChartProps) {
  const top = Math.max(1, ...queue.map(({ waiting }) => waiting))
  const most = queue.find(({ waiting }) => waiting === top)
  const last = queue.at(-1)
  if (!last) return null
  const text = (hour: JobFigures['queue'][number]) => `${formatUtc(hour.at, now)}: ${countOf(hour.waiting, 'job')} waiting`
  const label = `Jobs that waited for their first start, hour by hour. Now ${last.waiting}${most ? `, at most ${most.waiting} at ${formatUtc(most.at, now)}` : ''}.`
  return (
    <div>
      <svg className={css['queue']} viewBox={`0 0 ${queue.length * 10} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={label}>
        {queue.map((hour, index) => {
          const height = Math.max(1, (hour.waiting / top) * (HEIGHT - 2))
          return (
            <rect key={hour.at} className={css['hour']} x={index * 10 + 1.5} width="7" y={HEIGHT - height} height={height}>
              <title>{text(hour)}</title>
            </rect>
          )
        })}
      </svg>
      <DataDetails
        name="queue"
        summary="Show the hours as a table"
        head={['At the end of', 'Waiting']}
        rows={queue.map(({ at, waiting }) => [formatUtc(at, now), String(waiting)])}
      />
    </div>
  )
}
