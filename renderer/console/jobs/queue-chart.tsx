import type { JobFigures } from '../../../shared/contract/overview.ts'
import { Series } from '../series.tsx'
import { formatUtc } from '../utc.tsx'

interface QueueChartProps {
  readonly queue: JobFigures['queue']
  readonly now: number
}

/** How many jobs waited at the end of each hour. */
export function QueueChart({ queue, now }: QueueChartProps) {
  const last = queue.at(-1)
  if (!last) return null
  const most = queue.reduce((before, hour) => (hour.waiting > before.waiting ? hour : before))
  const peak = most.waiting > last.waiting ? `, at most ${most.waiting} at ${formatUtc(most.at, now)}` : ''
  return (
    <Series
      name="queue"
      summary={`Jobs that waited for their first start, hour by hour. Now ${last.waiting}${peak}.`}
      head={['At the end of', 'Waiting']}
      points={queue.map(({ at, waiting }) => ({ name: formatUtc(at, now), value: waiting, text: String(waiting) }))}
    />
  )
}
