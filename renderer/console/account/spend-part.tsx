import { useQuery } from '@tanstack/react-query'
import type { LedgerStatement, StatementLine } from '../../../shared/contract/ledger.ts'
import { formatUsd } from '../../../shared/domain/money.ts'
import { LedgerTable } from '../../ui/ledger-table.tsx'
import prose from '../../ui/prose.module.css'
import { Answered } from '../answered.tsx'
import { Part } from '../order/part.tsx'
import { hrefOf } from '../routes.ts'
import { type Services, useServices } from '../services.ts'
import { useNow } from '../use-now.ts'
import { lastMonths, spendingOf } from './spending.ts'

const MONTHS = 6
/** Lines of a month beyond this are left to its statement. */
const MOST_PAGES = 25

interface Month {
  readonly month: string
  readonly lines: readonly StatementLine[]
  readonly isWhole: boolean
}

async function monthOf(client: Services['client'], month: string): Promise<Month> {
  const lines: StatementLine[] = []
  let after: string | null = null
  for (let page = 0; page < MOST_PAGES; page++) {
    const answer: LedgerStatement = await client.call('getStatement', { owner: null, month, after, limit: 200 })
    lines.push(...answer.items)
    if (answer.next === null) return { month, lines, isWhole: true }
    after = answer.next
  }
  return { month, lines, isWhole: false }
}

/** What jobs cost, month by month, added up in this browser from the statements. */
export function SpendPart() {
  const { client } = useServices()
  const months = lastMonths(useNow(), MONTHS)
  const answer = useQuery({
    // Past months do not change: they are not asked for again with every entry.
    queryKey: ['spending', months[0]],
    queryFn: () => Promise.all(months.map((month) => monthOf(client, month))),
  })
  return (
    <Part title="Spending by month">
      <Answered query={answer} what="what you have spent" lines={MONTHS}>
        {(known) => <Months months={known} />}
      </Answered>
      <p className={prose['small']}>
        UTC months, from the statements of your own account. Jobs: what they cost, and in the month that goes on also what is set aside for them.
      </p>
    </Part>
  )
}

const Months = ({ months }: { readonly months: readonly Month[] }) => (
  <LedgerTable
    caption="Spending by month"
    columns={[{ name: 'Month' }, { name: 'Paid in, less paid back', align: 'end' }, { name: 'Jobs', align: 'end' }]}
    rows={months.map(({ month, lines, isWhole }) => {
      const { paidIn, spent } = spendingOf(lines)
      const href = hrefOf({ page: 'ledger' }, new URLSearchParams({ part: 'statement', month }))
      const more = isWhole ? '' : ' (of its first lines only)'
      return {
        key: month,
        cells: [
          <a key="month" href={href}>
            {month}
          </a>,
          `${formatUsd(paidIn.toString())}${more}`,
          `${formatUsd(spent.toString())}${more}`,
        ],
      }
    })}
  />
)
