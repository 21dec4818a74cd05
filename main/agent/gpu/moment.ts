import { type EpochMs, type MonotonicMs, epochMs, monotonicMs } from '../../../shared/units.ts'
import type { Clock } from '../../kernel/clock.ts'

export interface Moment {
  readonly mono: MonotonicMs
  readonly wall: EpochMs
}

export const now = (clock: Clock): Moment => ({ mono: clock.monotonic(), wall: clock.now() })

/** Halfway between question and answer, the best guess of when another process looked (as NTP does it). */
export const midpoint = (asked: Moment, answered: Moment): Moment => ({
  mono: monotonicMs((asked.mono + answered.mono) / 2),
  wall: epochMs((asked.wall + answered.wall) / 2),
})
