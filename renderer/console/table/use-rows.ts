import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback, useRef, useState } from 'react'
import { type Page, type Rows, appended, noRows, partOf, replaced } from './keyset.ts'

/** As many rows as a coordinator gives at once. */
const PAGE_ROWS = 200

interface RowsSource<T> {
  /** What kind of thing it is, and all that it is narrowed by: other keys are other lists. */
  readonly queryKey: readonly [topic: string, ...rest: unknown[]]
  readonly fetchPage: (request: { readonly after: string | null; readonly limit: number }) => Promise<Page<T>>
  readonly keyOf: (row: T) => string
}

export interface LoadedRows<T> {
  readonly rows: Rows<T> | undefined
  readonly error: Error | null
  readonly isFetching: boolean
  readonly refetch: () => void
  /** Loads the next page; harmless while one is on its way or there are no more. */
  readonly loadMore: () => Promise<void>
  readonly isLoadingMore: boolean
  /** Why the next page did not come. */
  readonly moreError: Error | null
  /** Loads page after page until there are no more or so many rows are there. Rejects with what went wrong. */
  readonly loadUpTo: (count: number, signal: AbortSignal) => Promise<Rows<T>>
  /** Says which rows are in sight: only pages with one of them are asked for again when something has changed. */
  readonly see: (first: number, last: number) => void
}

/** A list of any length, page by page. What changes is asked for again only where it is looked at, however much was loaded. */
export function useRows<T>({ queryKey, fetchPage, keyOf }: RowsSource<T>): LoadedRows<T> {
  const queries = useQueryClient()
  const seen = useRef({ first: 0, last: 0 })
  const [more, setMore] = useState<{ readonly error: Error | null; readonly busy: boolean }>({ error: null, busy: false })
  const waiting = useRef<Promise<void> | null>(null)
  const known = () => queries.getQueryData<Rows<T>>(queryKey)
  const query = useQuery({
    queryKey,
    structuralSharing: false,
    queryFn: async () => {
      const before = known()
      if (!before || before.parts.length === 0) return appended<T>(noRows, null, await fetchPage({ after: null, limit: PAGE_ROWS }))
      const [from, to] = [partOf(before, seen.current.first), partOf(before, seen.current.last)]
      const fresh = await Promise.all(
        before.parts.slice(from, to + 1).map(async ({ cursor }) => ({ cursor, page: await fetchPage({ after: cursor, limit: PAGE_ROWS }) })),
      )
      // More may have been loaded meanwhile: pages are found again by where they begin.
      return fresh.reduce<Rows<T>>((rows, { cursor, page }) => {
        const index = rows.parts.findIndex((part) => part.cursor === cursor)
        return index === -1 ? rows : replaced(rows, { index, page, keyOf })
      }, known() ?? before)
    },
  })
  /** Whether there may be more. */
  const addPage = async (): Promise<boolean> => {
    const cursor = known()?.next ?? null
    if (cursor === null) return false
    const page = await fetchPage({ after: cursor, limit: PAGE_ROWS })
    queries.setQueryData<Rows<T>>(queryKey, (now) => (now?.next === cursor ? appended(now, cursor, page) : now))
    return page.next !== null
  }
  /** A search may answer with pages that are empty before it comes to what it looks for. */
  const addRows = async () => {
    const before = known()?.count
    while (await addPage()) if (known()?.count !== before) return
  }
  const loadMore = () => {
    waiting.current ??= (async () => {
      setMore({ error: null, busy: true })
      try {
        await addRows()
        setMore({ error: null, busy: false })
      } catch (error) {
        setMore({ error: error instanceof Error ? error : new Error(String(error)), busy: false })
      } finally {
        waiting.current = null
      }
    })()
    return waiting.current
  }
  const loadUpTo = async (count: number, signal: AbortSignal) => {
    for (;;) {
      signal.throwIfAborted()
      const rows = known() ?? noRows
      if (rows.next === null || rows.count >= count) return rows
      await addPage()
    }
  }
  const see = useCallback((first: number, last: number) => {
    seen.current = { first, last }
  }, [])
  return {
    rows: query.data,
    error: query.error,
    isFetching: query.isFetching,
    refetch: () => void query.refetch(),
    loadMore,
    isLoadingMore: more.busy,
    moreError: more.error,
    loadUpTo,
    see,
  }
}
