import { useEffect, useState, useSyncExternalStore } from 'react'
import type { LinkState } from '../lib/link.ts'
import { useServices } from './services.ts'

const MINUTE_MS = 60_000

/** The current time in epoch milliseconds, renewed at each whole minute, or whatever the step is, while the window is visible. */
export function useNow(stepMs = MINUTE_MS): number {
  const { clock } = useServices()
  const [now, setNow] = useState(() => clock.now())
  useEffect(() => {
    let cancel = () => {}
    const tick = () => {
      cancel()
      setNow(clock.now())
      if (document.visibilityState === 'visible') cancel = clock.after(stepMs - (clock.now() % stepMs), tick)
    }
    tick()
    document.addEventListener('visibilitychange', tick)
    return () => {
      cancel()
      document.removeEventListener('visibilitychange', tick)
    }
  }, [clock, stepMs])
  return now
}

export function useLink(): LinkState {
  const { link } = useServices()
  return useSyncExternalStore(link.subscribe, link.get)
}
