import type { JobDetail } from '../../../shared/contract/work.ts'
import { formatUsd } from '../../../shared/domain/money.ts'
import { shortId } from '../../lib/format.ts'
import { Card } from '../../ui/card.tsx'
import { Facts } from '../../ui/facts.tsx'
import { listHref } from '../address.ts'
import { useMay } from '../me.ts'
import { hrefOf } from '../routes.ts'
import { hasEnded } from './job-words.ts'

interface MoneyCardProps {
  readonly job: JobDetail
  /** All of them, for its requester; `null`: only the last is known. */
  readonly receiptIds: readonly string[] | null
}

/** What is set aside for it, what it cost, and where that is proven. */
export function MoneyCard({ job, receiptIds }: MoneyCardProps) {
  const seesReceipts = useMay('receipts.read')
  const receipts = receiptIds ?? (job.receiptId === null ? [] : [job.receiptId])
  const ended = hasEnded(job)
  return (
    <Card title="Money">
      <Facts
        rows={{
          [ended ? 'Was set aside' : 'Set aside']: `${formatUsd(job.maxMicroUsd)} at most`,
          Paid: job.priceMicroUsd === null ? (ended ? 'Nothing: all of it went back' : 'Nothing yet') : formatUsd(job.priceMicroUsd),
          Receipts:
            receipts.length === 0
              ? ended
                ? 'None'
                : 'Once its runs are proven'
              : receipts.map((receiptId) => (
                  <span key={receiptId}>
                    <a href={hrefOf({ page: 'receipt', receiptId })}>{shortId(receiptId)}</a>{' '}
                  </span>
                )),
          'All receipts': seesReceipts ? <a href={listHref('receipts', { job: job.jobId })}>Receipts of this job</a> : null,
          Ledger: <Entries jobId={job.jobId} />,
        }}
      />
    </Card>
  )
}

function Entries({ jobId }: { readonly jobId: string }) {
  const may = useMay('account.read')
  return may ? <a href={listHref('ledger', { about: `job:${jobId}` })}>The entries behind it</a> : 'Not for this role'
}
