import { useQuery } from '@tanstack/react-query'
import type { JobFigures as Figured } from '../../../shared/contract/overview.ts'
import { formatSpan } from '../../lib/format.ts'
import { Figure, Figures } from '../../ui/figures.tsx'
import { Answered } from '../answered.tsx'
import { countOf } from '../picks/each.ts'
import { useServices } from '../services.ts'
import { formatUtc } from '../utc.tsx'
import { QueueChart } from './queue-chart.tsx'

export function useJobFigures(enabled = true) {
  const { client } = useServices()
  return useQuery({ queryKey: ['jobs', 'summary'], queryFn: () => client.call('getJobSummary', {}), enabled })
}

/** A small share keeps a digit that counts. */
export const shareText = (share: number): string => new Intl.NumberFormat('en-GB', { style: 'percent', maximumSignificantDigits: 2 }).format(share)

/** How jobs fare: what waits, how long, and how many fail, each with what it is of. */
export function JobFigures({ now }: { readonly now: number }) {
  return (
    <Answered query={useJobFigures()} what="how jobs fare" lines={4}>
      {(figures) => (
        <>
          <FiguresOf figures={figures} now={now} />
          <QueueChart queue={figures.queue} now={now} />
        </>
      )}
    </Answered>
  )
}

function FiguresOf({ figures: { of, states, window }, now }: { readonly figures: Figured; readonly now: number }) {
  const { waitSeconds, failedShare, ended } = window
  const from = formatUtc(window.from, now)
  return (
    <Figures>
      <Figure name="Queue now">
        {new Intl.NumberFormat('en-GB').format(states.queued + states.planned)}
        <small>
          {states.running + states.leased} with machines{of === 'own' ? ', of your jobs' : ''}
        </small>
      </Figure>
      <Figure name="Half wait at most">
        {waitSeconds === null ? '–' : formatSpan(waitSeconds.p50 * 1_000)}
        <small>{waitSeconds === null ? `none was started since ${from}` : `p50 of ${countOf(waitSeconds.of, 'job')} submitted since ${from}`}</small>
      </Figure>
      <Figure name="19 of 20 wait at most">
        {waitSeconds === null ? '–' : formatSpan(waitSeconds.p95 * 1_000)}
        <small>{window.isSample ? `p95, of the newest ${countOf(window.jobs, 'job')} only` : 'p95 of the same'}</small>
      </Figure>
      <Figure name="Failed">
        {failedShare === null ? '–' : shareText(failedShare)}
        <small>{`${ended.failed + ended.expired} failed or expired, ${ended.completed} completed, submitted since ${from}`}</small>
      </Figure>
    </Figures>
  )
}
