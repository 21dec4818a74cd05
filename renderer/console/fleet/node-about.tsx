import { useQuery } from '@tanstack/react-query'
import { Badge } from '../../ui/badge.tsx'
import { Card } from '../../ui/card.tsx'
import { LedgerTable } from '../../ui/ledger-table.tsx'
import { Answered } from '../answered.tsx'
import { listHref } from '../address.ts'
import { DecisionsAbout } from '../decisions-about.tsx'
import { shownName } from '../jobs/job-name.ts'
import { useMay } from '../me.ts'
import { hrefOf } from '../routes.ts'
import { useServices } from '../services.ts'
import { Utc } from '../utc.tsx'
import { jobWord } from '../words.ts'
import css from './fleet.module.css'

interface AboutNode {
  readonly nodeId: string
  readonly now: number
}

const LIMIT = 10
const JOB_COLUMNS = [{ name: 'Job' }, { name: 'State' }, { name: 'Submitted' }] as const

/** The newest jobs that it was given. */
export function NodeJobs({ nodeId, now }: AboutNode) {
  const { client } = useServices()
  const may = useMay('work.read')
  const jobs = useQuery({
    queryKey: ['jobs', 'of-node', nodeId],
    queryFn: () => client.call('browseJobs', { node: nodeId, state: null, after: null, limit: LIMIT }),
    enabled: may,
  })
  if (!may) return null
  return (
    <Card title="Its jobs" aside={<a href={listHref('jobs', { node: nodeId })}>All jobs of this node</a>}>
      <Answered query={jobs} what="its jobs" lines={3}>
        {({ items }) =>
          items.length === 0 ? (
            <p>It was given none yet.</p>
          ) : (
            <LedgerTable
              caption="Its jobs, newest first"
              columns={JOB_COLUMNS}
              rows={items.map(({ jobId, name, state, submittedAt }) => ({
                key: jobId,
                cells: [
                  <a key="job" href={hrefOf({ page: 'job', jobId })}>
                    {shownName({ jobId, name })}
                  </a>,
                  <Badge key="state" state={jobWord(state)} />,
                  <Utc key="at" at={submittedAt} now={now} />,
                ],
              }))}
            />
          )
        }
      </Answered>
    </Card>
  )
}

export const NodeDecisions = ({ nodeId, now }: AboutNode) => <DecisionsAbout about={`node:${nodeId}`} now={now} />

/** Where else something is known about it. */
export function NodeLinks({ nodeId }: { readonly nodeId: string }) {
  const links = [
    { may: useMay('receipts.read'), href: listHref('receipts', { node: nodeId }), text: 'Receipts of its work' },
    { may: useMay('payouts.read'), href: listHref('payouts', { node: nodeId }), text: 'What it was paid' },
    { may: useMay('ledger.read'), href: listHref('ledger', { part: 'transactions', account: `node:${nodeId}` }), text: 'Its ledger entries' },
    { may: useMay('incidents.read'), href: listHref('incidents', { which: 'all', node: nodeId }), text: 'Incidents about it' },
  ].filter(({ may }) => may)
  return (
    <Card title="Elsewhere">
      <ul className={css['links']}>
        {links.map(({ href, text }) => (
          <li key={href}>
            <a href={href}>{text}</a>
          </li>
        ))}
      </ul>
    </Card>
  )
}
