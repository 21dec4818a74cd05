import type { UseQueryResult } from '@tanstack/react-query'
import { appended, noRows } from './keyset.ts'
import type { LoadedRows } from './use-rows.ts'

const nothing = () => {}

/** A list that comes whole, as one that is loaded to its end. */
export function fixedRows<T>(query: Pick<UseQueryResult<readonly T[]>, 'data' | 'error' | 'isFetching'> & { readonly refetch: () => unknown }): LoadedRows<T> {
  const rows = query.data === undefined ? undefined : appended<T>(noRows, null, { items: query.data, next: null })
  return {
    rows,
    error: query.error,
    isFetching: query.isFetching,
    refetch: () => void query.refetch(),
    loadMore: async () => {},
    isLoadingMore: false,
    moreError: null,
    loadUpTo: async () => rows ?? noRows,
    see: nothing,
  }
}
