import { useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { keys } from './queries.ts'
import { useServices } from './services.ts'

const AT_MOST_EVERY_MS = 2_000

/** A reading of power means that devices were read: while someone looks at them, ask what they say. */
export function useLiveStatus(isLooking = true): void {
  const { client, clock } = useServices()
  const queries = useQueryClient()
  useEffect(() => {
    if (!isLooking) return undefined
    let asked = clock.now() - AT_MOST_EVERY_MS
    return client.on('power', () => {
      if (document.visibilityState !== 'visible' || clock.now() - asked < AT_MOST_EVERY_MS) return
      asked = clock.now()
      void queries.refetchQueries({ queryKey: keys.status, exact: true }, { cancelRefetch: false })
    })
  }, [client, clock, queries, isLooking])
}
