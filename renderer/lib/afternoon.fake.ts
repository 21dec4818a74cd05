/** One afternoon in local time, so that the window shows the same clock in every zone. */
import { toIso } from '../../shared/units.ts'

export const MINUTE = 60_000
export const HOUR = 60 * MINUTE
/** Saturday 21 November 2026, 14:41 local time. */
export const NOW = new Date(2026, 10, 21, 14, 41).getTime()
export const at = (ms: number): string => toIso(NOW + ms)
