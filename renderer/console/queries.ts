/** What the console asks the coordinator. Nothing is polled: the coordinator says what kind of thing has changed, and what is shown of it is asked for again. */
import { QueryCache, QueryClient, type QueryKey, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import type { ChangeTopic } from '../../shared/contract/changes.ts'
import { WindfallError } from '../../shared/errors.ts'
import { type Services, useServices } from './services.ts'

/** The first part of a query's key: what it is about. `me` is who has signed in, and changes only with that. */
export type Topic = ChangeTopic | 'me'

/** Retries twice what trying again can help. Whoever is no longer known is asked who they are. */
export function createQueries(retryDelay = 500): QueryClient {
  const cache = new QueryCache({
    onError: (error, { queryKey }) => {
      const isRefused = error instanceof WindfallError && (error.code === 'auth.required' || error.code === 'auth.refused')
      if (queryKey[0] !== 'me' && isRefused) void queries.invalidateQueries({ queryKey: ['me'] })
    },
  })
  const queries = new QueryClient({
    queryCache: cache,
    defaultOptions: {
      queries: {
        staleTime: 60_000,
        networkMode: 'always',
        retryDelay,
        retry: (count, error) => count < 2 && error instanceof WindfallError && error.retry,
      },
      mutations: { networkMode: 'always' },
    },
  })
  return queries
}

/** Forgets all that was shown to whoever was signed in, and asks who it is now. */
export function forgetPerson(queries: QueryClient): void {
  queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'me' })
  void queries.resetQueries({ queryKey: ['me'] })
}

/** Asks again what is shown. Out of sight nothing is asked: what is marked now is asked for when somebody looks. */
async function askAgain(queries: QueryClient, queryKey: QueryKey): Promise<void> {
  if (document.visibilityState === 'hidden') return queries.invalidateQueries({ queryKey, refetchType: 'none' })
  await queries.cancelQueries({ queryKey, predicate: ({ state }) => state.data === undefined })
  await queries.invalidateQueries({ queryKey })
}

/** Keeps what is shown true for as long as somebody is signed in. */
export function useLive(): void {
  const services = useServices()
  const queries = useQueryClient()
  useEffect(() => followCoordinator(services, queries), [services, queries])
}

function followCoordinator({ coordinator }: Services, queries: QueryClient): () => void {
  const stop = coordinator.follow((topics) => {
    for (const topic of topics) void askAgain(queries, [topic])
  })
  // A key that was revoked ends the line and nothing else: who this is has to be asked.
  const ended = coordinator.link.subscribe(() => {
    if (coordinator.link.get().state === 'refused') void queries.invalidateQueries({ queryKey: ['me'] })
  })
  const looked = () => document.visibilityState === 'visible' && void queries.refetchQueries({ type: 'active', stale: true })
  document.addEventListener('visibilitychange', looked)
  return () => {
    stop()
    ended()
    document.removeEventListener('visibilitychange', looked)
  }
}
