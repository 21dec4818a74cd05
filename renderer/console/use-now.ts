import { useClockTime } from '../lib/use-clock-time.ts'
import { useServices } from './services.ts'

const MINUTE_MS = 60_000

/** The current time in epoch milliseconds, renewed each minute, or whatever the step is, while the page is looked at. */
export const useNow = (stepMs = MINUTE_MS): number => useClockTime(useServices().clock, stepMs)
