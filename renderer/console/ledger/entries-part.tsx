import { useQuery } from '@tanstack/react-query'
import type { LedgerTransactionView } from '../../../shared/contract/ledger.ts'
import { CopyId } from '../../ui/copy-id.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { LedgerTable } from '../../ui/ledger-table.tsx'
import { Answered } from '../answered.tsx'
import { Part } from '../order/part.tsx'
import { hrefOf } from '../routes.ts'
import { useServices } from '../services.ts'
import { useNow } from '../use-now.ts'
import { Utc } from '../utc.tsx'
import { AccountLink } from './account-link.tsx'
import css from './ledger.module.css'
import { amountText, kindText } from './ledger-words.ts'
import { TransactionLinks } from './transaction-links.tsx'

/** Everything that was booked about one thing, every transaction with its lines. */
export function EntriesPart({ about }: { readonly about: string }) {
  const { client } = useServices()
  const entries = useQuery({ queryKey: ['ledger', 'entries', about], queryFn: () => client.call('getEntries', { about }) })
  return (
    <Part title={`Entries behind ${about}`} acts={<a href={hrefOf({ page: 'ledger' })}>All transactions</a>}>
      <Answered query={entries} what="these entries" lines={4}>
        {({ transactions }) =>
          transactions.length === 0 ? (
            <EmptyState title="Nothing that you may see is booked about that.">The id may be cut short, or it is somebody else’s.</EmptyState>
          ) : (
            transactions.map((one) => <Entry key={one.transactionId} transaction={one} />)
          )
        }
      </Answered>
    </Part>
  )
}

interface Line {
  readonly account: string
  readonly debit: string
  readonly credit: string
}

/** What arrives at an account is its debit, and what leaves one its credit: of each transfer once and once. */
const linesOf = ({ transfers }: LedgerTransactionView): readonly Line[] =>
  transfers.flatMap(({ from, to, asset, amount }) => {
    const text = amountText({ asset, amount })
    return [
      { account: to, debit: text, credit: '' },
      { account: from, debit: '', credit: text },
    ]
  })

function Entry({ transaction }: { readonly transaction: LedgerTransactionView }) {
  const now = useNow()
  const { transactionId, kind, at, note } = transaction
  return (
    <section className={css['entry']} aria-label={transactionId}>
      <h3>
        {kindText(kind)}, <Utc at={at} now={now} />
      </h3>
      <p>
        <CopyId value={transactionId} what="id of the transaction" /> <TransactionLinks transactionId={transactionId} />
      </p>
      {note === null ? null : <p>{note}</p>}
      <LedgerTable
        caption={`Lines of ${transactionId}`}
        columns={[{ name: 'Account' }, { name: 'Debit (into it)', align: 'end' }, { name: 'Credit (out of it)', align: 'end' }]}
        rows={linesOf(transaction).map(({ account, debit, credit }, index) => ({
          key: String(index),
          cells: [<AccountLink key="account" account={account} />, debit, credit],
        }))}
      />
    </section>
  )
}
