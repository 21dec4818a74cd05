import { useQuery } from '@tanstack/react-query'
import { formatUsd } from '../../../shared/domain/money.ts'
import { formatEnergy, formatGrams } from '../../lib/format.ts'
import { JOULES_PER_WH } from '../../../shared/units.ts'
import { Badge } from '../../ui/badge.tsx'
import { Card } from '../../ui/card.tsx'
import { Facts } from '../../ui/facts.tsx'
import { LedgerTable } from '../../ui/ledger-table.tsx'
import { OriginLabel } from '../../ui/origin-label.tsx'
import { Answered } from '../answered.tsx'
import { listHref } from '../address.ts'
import { shownName } from '../jobs/job-name.ts'
import { useMay } from '../me.ts'
import { hrefOf } from '../routes.ts'
import { useServices } from '../services.ts'
import { useNow } from '../use-now.ts'
import { Utc } from '../utc.tsx'
import { jobWord } from '../words.ts'

const LIMIT = 5

/** What one's jobs are paid from. */
export function BalancePart() {
  const { client } = useServices()
  const maySubmit = useMay('jobs.write')
  const account = useQuery({ queryKey: ['ledger', 'account'], queryFn: () => client.call('getAccount', {}) })
  return (
    <Card title="Your balance" aside={<a href={hrefOf({ page: 'account' })}>Account</a>}>
      <Answered query={account} what="your balance" lines={3}>
        {({ balanceMicroUsd, reservedMicroUsd, owedMicroUsd }) => (
          <>
            <Facts
              rows={{
                'To spend': formatUsd(balanceMicroUsd),
                'Set aside for jobs': formatUsd(reservedMicroUsd),
                Owed: owedMicroUsd === '0' ? null : `${formatUsd(owedMicroUsd)}: no job is taken until it is paid in`,
              }}
            />
            {maySubmit && BigInt(balanceMicroUsd) <= 0n ? (
              <p>
                Begin here: <a href={hrefOf({ page: 'account' })}>pay in</a>, then submit a job. What it may cost is set aside first, and what it does not use
                comes back.
              </p>
            ) : null}
          </>
        )}
      </Answered>
      {maySubmit ? <a href={hrefOf({ page: 'submit-job' })}>Submit a job</a> : null}
    </Card>
  )
}

const JOB_COLUMNS = [{ name: 'Job' }, { name: 'State' }] as const

/** One's jobs that go on. */
export function RunningPart() {
  const { client } = useServices()
  const state = 'queued,planned,leased,running,verifying'
  const jobs = useQuery({ queryKey: ['jobs', 'going-on', LIMIT], queryFn: () => client.call('browseJobs', { state, after: null, limit: LIMIT }) })
  return (
    <Card title="Your jobs now" aside={<a href={listHref('jobs', { state })}>All that go on</a>}>
      <Answered query={jobs} what="your jobs" lines={3}>
        {({ items }) =>
          items.length === 0 ? (
            <p>None waits or runs.</p>
          ) : (
            <LedgerTable
              caption="Your newest jobs that go on"
              columns={JOB_COLUMNS}
              rows={items.map((job) => ({
                key: job.jobId,
                cells: [
                  <a key="job" href={hrefOf({ page: 'job', jobId: job.jobId })}>
                    {shownName(job)}
                  </a>,
                  <Badge key="state" state={jobWord(job.state)} />,
                ],
              }))}
            />
          )
        }
      </Answered>
    </Card>
  )
}

const RECEIPT_COLUMNS = [{ name: 'Receipt of' }, { name: 'Energy', align: 'end' }, { name: 'CO₂e', align: 'end' }] as const

/** The newest receipts. */
export function ReceiptsPart({ isOwn }: { readonly isOwn: boolean }) {
  const { client } = useServices()
  const now = useNow()
  const receipts = useQuery({ queryKey: ['receipts', 'newest', LIMIT], queryFn: () => client.call('listReceipts', { after: null, limit: LIMIT }) })
  return (
    <Card title={isOwn ? 'Your latest receipts' : 'Latest receipts'} aside={<a href={hrefOf({ page: 'receipts' })}>All receipts</a>}>
      <Answered query={receipts} what="receipts" lines={3}>
        {({ items }) =>
          items.length === 0 ? (
            <p>None yet: a job gets one when its runs are proven.</p>
          ) : (
            <LedgerTable
              caption="The newest receipts"
              columns={RECEIPT_COLUMNS}
              rows={items.map(({ receiptId, issuedAt, energyWh, emissionsG, method, origin, recordedOn }) => ({
                key: receiptId,
                cells: [
                  <a key="at" href={hrefOf({ page: 'receipt', receiptId })}>
                    <Utc at={issuedAt} now={now} />
                  </a>,
                  `${method === 'estimate' ? '≈ ' : ''}${formatEnergy(energyWh * JOULES_PER_WH)}`,
                  <>
                    {formatGrams(emissionsG)} <OriginLabel origin={origin} recordedOn={recordedOn} />
                  </>,
                ],
              }))}
            />
          )
        }
      </Answered>
    </Card>
  )
}
