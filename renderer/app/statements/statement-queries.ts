/** What the window asks about a month of the owner's money. */
import { useInfiniteQuery, useMutation, useQuery } from '@tanstack/react-query'
import type { LedgerStatement } from '../../../shared/contract/ledger.ts'
import { STATEMENT_HEAD, statementRows } from '../../../shared/domain/statement-csv.ts'
import { saveFile } from '../../lib/save-file.ts'
import { FIRST_PAGE, keys, request } from '../queries.ts'
import { useServices } from '../services.ts'

/** As many lines as one question answers at most. */
const MOST_LINES = 200

/** Balances of the month, and its lines as far as they were asked for. */
export function useStatement(month: string) {
  const { client } = useServices()
  return useInfiniteQuery({
    queryKey: [...keys.money, 'statement', month],
    queryFn: ({ pageParam }) => client.call('getStatement', { month, ...request(pageParam) }),
    initialPageParam: FIRST_PAGE,
    getNextPageParam: (last) => last.next,
    // What was booked while the owner read on is in the page that was read last.
    select: ({ pages }) => ({ ...(pages.at(-1) as LedgerStatement), items: pages.flatMap(({ items }) => items) }),
  })
}

export function useEntries(transactionId: string) {
  const { client } = useServices()
  return useQuery({
    queryKey: [...keys.money, 'entries', transactionId],
    queryFn: () => client.call('getEntries', { about: `transaction:${transactionId}` }),
    select: ({ transactions }) => transactions[0] ?? null,
  })
}

export type StatementFormat = 'csv' | 'json'

const FILES: Readonly<Record<StatementFormat, { readonly type: string; readonly textOf: (statement: LedgerStatement) => string }>> = {
  csv: { type: 'text/csv', textOf: ({ items }) => [STATEMENT_HEAD, ...statementRows(items), ''].join('\r\n') },
  json: { type: 'application/json', textOf: (statement) => `${JSON.stringify(statement, null, 2)}\n` },
}

/** Saves the whole month, however little of it is shown. */
export function useSavedStatement(month: string) {
  const { client } = useServices()
  return useMutation({
    mutationFn: async (format: StatementFormat) => {
      let page = await client.call('getStatement', { month, after: null, limit: MOST_LINES })
      const items = [...page.items]
      for (; page.next !== null; items.push(...page.items)) page = await client.call('getStatement', { month, after: page.next, limit: MOST_LINES })
      const { type, textOf } = FILES[format]
      saveFile({ name: `windfall-statement-${month}.${format}`, type, text: textOf({ ...page, items }) })
    },
  })
}
