import type { JobSummary } from '../../../shared/contract/work.ts'
import { formatUsd } from '../../../shared/domain/money.ts'
import { shortId } from '../../lib/format.ts'
import { Badge } from '../../ui/badge.tsx'
import { Sub } from '../../ui/ledger-table.tsx'
import { hrefOf } from '../routes.ts'
import type { DataColumn } from '../table/data-column.ts'
import { Utc } from '../utc.tsx'
import { JOB_KIND, jobWord } from '../words.ts'
import { shownName } from './job-name.ts'

export const jobKey = ({ jobId }: JobSummary): string => jobId

const place = ({ zone, nodeId }: JobSummary) =>
  nodeId === null ? (
    (zone ?? '–')
  ) : (
    <>
      {zone}
      <Sub>
        <a href={hrefOf({ page: 'node', nodeId })}>{shortId(nodeId)}</a>
      </Sub>
    </>
  )

/** What the list shows of a job. `seesAll`: those of everybody, whose requester is shown. */
export const jobColumns = (now: number, seesAll: boolean): readonly DataColumn<JobSummary>[] => [
  {
    name: 'Job',
    cell: (job) => (
      <>
        <a href={hrefOf({ page: 'job', jobId: job.jobId })}>{shownName(job)}</a>
        <Sub>
          {JOB_KIND[job.kind]} · {shortId(job.jobId)}
        </Sub>
      </>
    ),
    text: shownName,
  },
  { name: 'Job id', hidden: true, cell: ({ jobId }) => <code>{jobId}</code>, text: ({ jobId }) => jobId },
  {
    name: 'State',
    cell: ({ state, message, reason }) => (
      <>
        <Badge state={jobWord(state)} />
        {message === null && reason === null ? null : <Sub>{message ?? reason}</Sub>}
      </>
    ),
    text: ({ state }) => state,
  },
  { name: 'Reason', hidden: true, cell: ({ reason }) => reason ?? '–', text: ({ reason }) => reason ?? '' },
  { name: 'Where', cell: place, text: ({ zone }) => zone ?? '' },
  ...(seesAll
    ? [{ name: 'Requester', show: 'wide', cell: ({ requesterId }) => requesterId, text: ({ requesterId }) => requesterId } satisfies DataColumn<JobSummary>]
    : []),
  { name: 'Submitted', cell: ({ submittedAt }) => <Utc at={submittedAt} now={now} />, text: ({ submittedAt }) => submittedAt },
  { name: 'Deadline', show: 'wide', cell: ({ deadline }) => <Utc at={deadline} now={now} />, text: ({ deadline }) => deadline },
  { name: 'Paid', align: 'end', cell: paidOf, text: ({ priceMicroUsd }) => priceMicroUsd ?? '' },
  { name: 'Set aside', hidden: true, align: 'end', cell: ({ maxMicroUsd }) => formatUsd(maxMicroUsd), text: ({ maxMicroUsd }) => maxMicroUsd },
  { name: 'Priority', hidden: true, align: 'end', cell: ({ priority }) => priority, text: ({ priority }) => String(priority) },
]

const paidOf = ({ priceMicroUsd, maxMicroUsd }: JobSummary) =>
  priceMicroUsd === null ? (
    <>
      –<Sub>at most {formatUsd(maxMicroUsd)}</Sub>
    </>
  ) : (
    formatUsd(priceMicroUsd)
  )
