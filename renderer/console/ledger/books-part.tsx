import { useQuery } from '@tanstack/react-query'
import type { LedgerCheck } from '../../../shared/contract/ledger.ts'
import { formatSol, formatUsdExact } from '../../../shared/domain/money.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { Facts } from '../../ui/facts.tsx'
import { LedgerTable } from '../../ui/ledger-table.tsx'
import prose from '../../ui/prose.module.css'
import { Answered } from '../answered.tsx'
import { Acts } from '../order/acts.tsx'
import { Part } from '../order/part.tsx'
import { Said } from '../order/said.tsx'
import { useServices } from '../services.ts'
import { useNow } from '../use-now.ts'
import { formatUtc } from '../utc.tsx'
import { word } from '../words.ts'
import css from './ledger.module.css'
import { amountText, anyAmountText } from './ledger-words.ts'

const RECONCILES = word('leaf', 'check', 'Reconciles')
const BROKEN = word('madder', 'cross', 'Does not reconcile')

/** Whether the books balance and hold what the hot wallet holds. Every entry is read for that, so it is asked once, and again when somebody asks. */
export function BooksPart() {
  const { client, clock } = useServices()
  const now = useNow()
  const check = useQuery({
    // Not among what is asked for again with every entry.
    queryKey: ['books'],
    staleTime: Infinity,
    queryFn: async () => ({ check: await client.call('checkLedger', {}), at: clock.now() }),
  })
  return (
    <Part
      title="The books"
      acts={
        <Acts>
          {check.data ? <span>Checked {formatUtc(check.data.at, now)}</span> : null}
          <Button unavailable={check.isFetching} onClick={() => (check.isFetching ? undefined : void check.refetch())}>
            {check.isFetching ? 'Checking…' : 'Check now'}
          </Button>
        </Acts>
      }
    >
      {check.error && check.data ? <p role="alert">The check did not go through, so this is the one before: {check.error.message}</p> : null}
      <Answered query={check} what="the check of the books" lines={4}>
        {(known) => <Verdict books={known.check} />}
      </Answered>
    </Part>
  )
}

const Verdict = ({ books }: { readonly books: LedgerCheck }) => {
  const isWell = books.balanced && books.findings.length === 0
  return (
    <>
      <Said>
        <Badge state={isWell ? RECONCILES : BROKEN} look="pill" /> {new Intl.NumberFormat('en-GB').format(books.entries)} entries; {books.periods}{' '}
        {books.periods === 1 ? 'closed period is' : 'closed periods are'} as signed.
      </Said>
      {books.findings.length === 0 ? null : (
        <ul className={css['findings']} aria-label="Findings">
          {books.findings.map((finding) => (
            <li key={finding}>{finding}</li>
          ))}
        </ul>
      )}
      <Facts
        rows={{
          'Sum of all accounts': books.sums.map(({ asset, sum }) => `${asset}: ${sum}`).join(' · ') || 'Nothing is booked yet',
          'Confirmed to nodes so far': formatUsdExact(books.confirmedMicroUsd),
          'Of which paid': `${formatUsdExact(books.paidMicroUsd)} (${formatSol(books.paidLamports)})`,
        }}
      />
      <Chain chain={books.chain} />
    </>
  )
}

const Chain = ({ chain }: Pick<LedgerCheck, 'chain'>) =>
  chain === null ? (
    <p>The cluster does not answer, so the hot wallet was compared with nothing.</p>
  ) : (
    <>
      <LedgerTable
        caption="The hot wallet on chain and in the books"
        columns={[{ name: 'Asset' }, { name: 'On chain', align: 'end' }, { name: 'In the books', align: 'end' }, { name: 'Under way', align: 'end' }]}
        rows={chain.map(({ asset, address, onChain, inBooks, underWay }) => ({
          key: `${asset} ${address}`,
          cells: [
            <span key="asset" title={address}>
              {asset}
            </span>,
            amountText({ asset, amount: onChain }),
            amountText({ asset, amount: inBooks }),
            amountText({ asset, amount: underWay }),
          ],
        }))}
      />
      <p className={prose['small']}>
        On chain: finalized, as the cluster says now.{' '}
        {chain.map(({ asset, inBooks, onChain, underWay }) => `${asset}: ${explained({ asset, inBooks, onChain, underWay })}`).join(' ')}
      </p>
    </>
  )

/** What chain and books differ by that is not under way. */
function explained({
  asset,
  inBooks,
  onChain,
  underWay,
}: {
  readonly asset: string
  readonly inBooks: string
  readonly onChain: string
  readonly underWay: string
}): string {
  const rest = BigInt(onChain) - BigInt(inBooks)
  if (rest === 0n) return 'the same.'
  const text = anyAmountText({ asset, amount: rest.toString() })
  return underWay === '0'
    ? `the chain holds ${text} more than the books.`
    : `they differ by ${text}, while ${anyAmountText({ asset, amount: underWay })} are under way.`
}
