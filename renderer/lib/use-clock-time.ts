import { useEffect, useState } from 'react'
import type { WindowClock } from './clock.ts'

/** The time of a clock in epoch milliseconds, renewed at each whole step while the page is looked at. */
export function useClockTime(clock: WindowClock, stepMs: number): number {
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
