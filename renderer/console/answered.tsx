import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Loaded, SkeletonLines } from '../ui/loaded.tsx'

interface AnsweredProps<T> {
  readonly query: Pick<UseQueryResult<T>, 'data' | 'error' | 'isFetching'> & { readonly refetch: () => unknown }
  /** What is being loaded, for the sentence of an error: “the fleet”. */
  readonly what: string
  /** Grey lines until it is there. */
  readonly lines?: number
  readonly children: (data: T) => ReactNode
}

/** One answer of the coordinator: its place while it loads, the answer, or what went wrong. An answer once given stays on screen. */
export const Answered = <T,>({ query, what, lines = 8, children }: AnsweredProps<T>) => (
  <Loaded query={query} what={what} skeleton={<SkeletonLines count={lines} />} stillWorks="Machines and jobs go on without this page.">
    {children}
  </Loaded>
)
