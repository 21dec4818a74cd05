import { type QueryClient, type QueryKey, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { keys } from './queries.ts'
import { type Services, useServices } from './services.ts'

/**
 * Asks again what is shown, also what is being asked for the first time: that answer may be older than the change, and the library keeps waiting for it
 * as long as there is nothing else to show.
 */
async function askAgain(queries: QueryClient, queryKey: QueryKey = []): Promise<void> {
  // Out of sight nothing is asked. What is marked now is asked for when somebody looks.
  if (document.visibilityState === 'hidden') return queries.invalidateQueries({ queryKey, refetchType: 'none' })
  await queries.cancelQueries({ queryKey, predicate: ({ state }) => state.data === undefined })
  await queries.invalidateQueries({ queryKey })
}

/** Keeps the query cache true: by what the agent says has changed, and wholly after any gap in what it said. Returns the function that ends it. */
function followAgent({ client, link, power }: Services, queries: QueryClient): () => void {
  let lastSeq: number | null = null
  const stops = [
    client.on('changed', ({ seq, what }) => {
      const missed = lastSeq !== null && seq !== lastSeq + 1
      lastSeq = seq
      if (missed) return void askAgain(queries)
      for (const name of what) void askAgain(queries, keys[name])
    }),
    client.on('power', power.push),
    link.subscribe(() => {
      lastSeq = null
      if (link.get().state === 'open') void askAgain(queries)
    }),
  ]
  return () => {
    for (const stop of stops) stop()
  }
}

export function useLive(): void {
  const services = useServices()
  const queries = useQueryClient()
  useEffect(() => followAgent(services, queries), [services, queries])
}
