import { useQuery } from '@tanstack/react-query'
import { formatSpan } from '../../lib/format.ts'
import { Card } from '../../ui/card.tsx'
import { Facts } from '../../ui/facts.tsx'
import { listHref } from '../address.ts'
import { Answered } from '../answered.tsx'
import { shareText, useJobFigures } from '../jobs/job-figures.tsx'
import { countOf } from '../picks/each.ts'
import { hrefOf } from '../routes.ts'
import { useServices } from '../services.ts'
import { useNow } from '../use-now.ts'
import { formatUtc } from '../utc.tsx'

const number = (count: number): string => new Intl.NumberFormat('en-GB').format(count)

/** How many machines there are, and what they do. */
export function FleetPart() {
  const { client } = useServices()
  const now = useNow()
  const summary = useQuery({ queryKey: ['nodes', 'summary'], queryFn: () => client.call('getFleetSummary', {}) })
  return (
    <Card title="Fleet" aside={<a href={hrefOf({ page: 'fleet' })}>All nodes</a>}>
      <Answered query={summary} what="how many nodes there are" lines={4}>
        {({ asOf, nodes, presence, doing, states }) => (
          <Facts
            rows={{
              Online: (
                <>
                  <a href={listHref('fleet', { presence: 'online' })}>{number(presence.online)}</a> of {number(nodes)}{' '}
                  <small>
                    {number(doing.working)} working, {number(doing.ready)} ready, {number(doing.waiting)} waiting for their owners
                  </small>
                </>
              ),
              Offline: <a href={listHref('fleet', { presence: 'offline' })}>{number(presence.offline)}</a>,
              Quarantined: <a href={listHref('fleet', { state: 'quarantined' })}>{number(states.quarantined)}</a>,
              'On probation': <a href={listHref('fleet', { state: 'probation' })}>{number(states.probation)}</a>,
              'As of': formatUtc(asOf, now),
            }}
          />
        )}
      </Answered>
    </Card>
  )
}

/** What waits, what runs, and how jobs fare. */
export function JobsPart() {
  const now = useNow()
  return (
    <Card title="Jobs" aside={<a href={hrefOf({ page: 'jobs' })}>All jobs</a>}>
      <Answered query={useJobFigures()} what="how jobs fare" lines={4}>
        {({ of, states, window: { from, waitSeconds, failedShare, ended } }) => (
          <Facts
            rows={{
              [of === 'own' ? 'Your jobs that wait' : 'Waiting']: (
                <a href={listHref('jobs', { state: 'queued,planned' })}>{number(states.queued + states.planned)}</a>
              ),
              Running: <a href={listHref('jobs', { state: 'leased,running,verifying' })}>{number(states.leased + states.running + states.verifying)}</a>,
              'Half wait at most':
                waitSeconds === null ? '–' : `${formatSpan(waitSeconds.p50 * 1_000)}; 19 of 20 at most ${formatSpan(waitSeconds.p95 * 1_000)}`,
              Failed: (
                <>
                  <a href={listHref('jobs', { state: 'failed,expired' })}>{failedShare === null ? 'None' : shareText(failedShare)}</a>{' '}
                  <small>
                    {countOf(ended.failed + ended.expired, 'job')} of those submitted since {formatUtc(from, now)}
                  </small>
                </>
              ),
            }}
          />
        )}
      </Answered>
    </Card>
  )
}
