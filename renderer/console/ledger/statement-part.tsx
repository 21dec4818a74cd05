import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { z } from 'zod'
import { LedgerMonth, type LedgerStatement, type StatementLine } from '../../../shared/contract/ledger.ts'
import { STATEMENT_HEAD, statementRows } from '../../../shared/domain/statement-csv.ts'
import { messageOf } from '../../../shared/errors.ts'
import { saveFile } from '../../lib/save-file.ts'
import { Button } from '../../ui/button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import field from '../../ui/field.module.css'
import { LedgerTable } from '../../ui/ledger-table.tsx'
import { Answered } from '../answered.tsx'
import filterCss from '../filter-bar.module.css'
import { FilterBar, TextFilter } from '../filter-bar.tsx'
import { type FilterKinds, type Filters, useFilters } from '../filters.ts'
import { useMe, useSeesAll } from '../me.ts'
import { Part } from '../order/part.tsx'
import { hrefOf } from '../routes.ts'
import { type Services, useServices } from '../services.ts'
import type { DataColumn } from '../table/data-column.ts'
import { DataTable } from '../table/data-table.tsx'
import { useRows } from '../table/use-rows.ts'
import { useNow } from '../use-now.ts'
import { Utc } from '../utc.tsx'
import { accountPart, amountText, changeText, kindText, monthAt } from './ledger-words.ts'

const OWNER = { schema: z.string().regex(/^(?:node|requester):[A-Za-z0-9_-]{1,64}$/), like: 'node: or requester: and an id' }
const FILTERS = { owner: { maxLength: 80, shape: OWNER }, month: { maxLength: 7 } } satisfies FilterKinds

/** A month of money: one's own, or for who sees everybody's that of a node or a requester. */
export function StatementPart() {
  const me = useMe()
  const seesAll = useSeesAll('account.read')
  const filters = useFilters(FILTERS)
  const now = useNow()
  const month = LedgerMonth.safeParse(filters.one('month')).data ?? monthAt(now)
  const owner = seesAll ? filters.one('owner') : null
  const isAsked = owner !== null || me.requesterId !== null
  return (
    <>
      <FilterBar filters={filters}>
        {seesAll ? <TextFilter filters={filters} name="owner" label="Whose" placeholder="node:ID or requester:ID" isSearch /> : null}
        <MonthFilter filters={filters} month={month} />
      </FilterBar>
      {isAsked ? (
        <Statement key={`${owner} ${month}`} owner={owner} month={month} />
      ) : (
        <EmptyState title="Whose statement?">Write node: or requester: and an id. You have no account of your own here.</EmptyState>
      )}
    </>
  )
}

function MonthFilter({ filters, month }: { readonly filters: Filters<typeof FILTERS>; readonly month: string }) {
  return (
    <span className={filterCss['filter']}>
      <label htmlFor="statement-month">Month (UTC)</label>
      <input id="statement-month" className={field['field']} type="month" value={month} onChange={(event) => filters.set('month', [event.target.value])} />
    </span>
  )
}

interface StatementProps {
  readonly owner: string | null
  readonly month: string
}

const lineKey = ({ transactionId }: StatementLine): string => transactionId

const columns = (now: number): readonly DataColumn<StatementLine>[] => [
  {
    name: 'What',
    cell: ({ transactionId, kind }) => (
      <a href={hrefOf({ page: 'ledger' }, new URLSearchParams({ about: `transaction:${transactionId}` }))}>{kindText(kind)}</a>
    ),
    text: ({ kind }) => kind,
  },
  { name: 'When', cell: ({ at }) => <Utc at={at} now={now} />, text: ({ at }) => at },
  {
    name: 'Changed',
    cell: ({ changes }) => changes.map((change) => `${accountPart(change.account)} ${changeText(change)}`).join(', '),
    text: ({ changes }) => changes.map(({ account, asset, amount }) => `${account} ${amount} ${asset}`).join('; '),
  },
  { name: 'Note', cell: ({ note }) => note ?? '–', text: ({ note }) => note ?? '' },
]

function Statement({ owner, month }: StatementProps) {
  const { client } = useServices()
  const head = useQuery({
    queryKey: ['ledger', 'statement', owner, month],
    queryFn: () => client.call('getStatement', { owner, month, after: null, limit: 1 }),
  })
  const lines = useRows({
    queryKey: ['ledger', 'statement-lines', owner, month],
    fetchPage: (page) => client.call('getStatement', { owner, month, ...page }),
    keyOf: lineKey,
  })
  return (
    <Part title={`Statement of ${month}`} acts={<SaveStatement owner={owner} month={month} />}>
      <Answered query={head} what="this statement" lines={4}>
        {(statement) => <Accounts statement={statement} />}
      </Answered>
      <DataTable
        what="lines"
        source={lines}
        columns={columns(useNow())}
        keyOf={lineKey}
        empty={{ title: 'Nothing was booked in this month.', text: 'Another month may have something.' }}
      />
    </Part>
  )
}

const Accounts = ({ statement: { owner, opening, closing } }: { readonly statement: LedgerStatement }) =>
  closing.length === 0 ? (
    <p>No money of {owner} has moved.</p>
  ) : (
    <LedgerTable
      caption={`Accounts of ${owner}`}
      columns={[{ name: 'Account' }, { name: 'At the beginning', align: 'end' }, { name: 'At the end, or now', align: 'end' }]}
      rows={closing.map(({ account, asset, amount }, index) => ({
        key: `${account} ${asset}`,
        cells: [accountPart(account), amountText({ asset, amount: opening[index]?.amount ?? '0' }), amountText({ asset, amount })],
      }))}
    />
  )

async function wholeCsv(client: Services['client'], { owner, month }: StatementProps): Promise<string> {
  const rows = [STATEMENT_HEAD]
  for (let after: string | null = null; ; ) {
    const page: LedgerStatement = await client.call('getStatement', { owner, month, after, limit: 200 })
    rows.push(...statementRows(page.items))
    if (page.next === null) return `${rows.join('\r\n')}\r\n`
    after = page.next
  }
}

/** The whole month as a file, amounts in the smallest unit: the same that the command line writes. */
function SaveStatement({ owner, month }: StatementProps) {
  const { client } = useServices()
  const [said, setSaid] = useState<string | null>(null)
  const save = async () => {
    setSaid('Fetching…')
    try {
      const text = await wholeCsv(client, { owner, month })
      saveFile({ name: `windfall-statement-${(owner ?? 'own').replace(':', '-')}-${month}.csv`, type: 'text/csv;charset=utf-8', text })
      setSaid('Saved.')
    } catch (error) {
      setSaid(`Nothing was saved. ${messageOf(error)}`)
    }
  }
  return (
    <span>
      <Button onClick={() => void save()}>Export the month</Button> <output>{said}</output>
    </span>
  )
}
