import { useSyncExternalStore } from 'react'
import type { LinkState } from '../lib/link.ts'
import { useClockTime } from '../lib/use-clock-time.ts'
import { useServices } from './services.ts'

const MINUTE_MS = 60_000

/** The current time in epoch milliseconds, renewed at each whole minute, or whatever the step is, while the window is visible. */
export const useNow = (stepMs = MINUTE_MS): number => useClockTime(useServices().clock, stepMs)

export function useLink(): LinkState {
  const { link } = useServices()
  return useSyncExternalStore(link.subscribe, link.get)
}
