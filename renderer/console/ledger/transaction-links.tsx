import { Linked } from '../order/linked.tsx'
import { hrefOf } from '../routes.ts'
import css from './ledger.module.css'

const ID = /^[A-Za-z0-9_-]{1,64}$/

/** What a transaction is about, by its id: the job, the receipt or the payout. */
export function TransactionLinks({ transactionId }: { readonly transactionId: string }) {
  const [kind = '', id = ''] = transactionId.split(':')
  if (!ID.test(id)) return null
  if (kind === 'credit' || kind === 'credit-verified') return <Linked to={{ page: 'receipt', receiptId: id }}>Receipt</Linked>
  if (kind.startsWith('payout-')) return <a href={hrefOf({ page: 'ledger' }, new URLSearchParams({ about: `payout:${id}` }))}>All of this payout</a>
  if (['reserve', 'close', 'accrue', 'dispute', 'dispute-decided', 'repeat', 'reserve-vault'].includes(kind))
    return (
      <span className={css['links']}>
        <Linked to={{ page: 'job', jobId: id }}>Job</Linked>
        <a href={hrefOf({ page: 'ledger' }, new URLSearchParams({ about: `job:${id}` }))}>All of this job</a>
      </span>
    )
  return null
}
