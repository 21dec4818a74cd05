import { type EpochMs, epochMs } from '../../../shared/units.ts'
import type { Clock } from '../../kernel/clock.ts'
import { STEPPED_MS } from '../../kernel/clock-steps.ts'

/** From here on a clock is called wrong: half of what a signed request may be off, so that the owner hears of it before anything fails. */
const MAX_SKEW_MS = 30_000
/** Nobody who says that it is another time than this knows the time. */
const SANE = { from: Date.parse('2025-01-01T00:00:00Z'), to: Date.parse('2100-01-01T00:00:00Z') }

export interface CoordinatorTime {
  /** The time as the coordinator has it, as far as that is known. */
  readonly now: () => EpochMs
  /** How far the clock of this machine is ahead of the coordinator's, milliseconds; `null` while that is not known. */
  readonly skewMs: () => number | null
  /** The coordinator said what time it is, in an answer that took `roundTripMs` and has just arrived. */
  readonly heard: (said: number, roundTripMs: number) => void
  /**
   * The coordinator did not take the time of a request. `date` is what its answer says of the time, in whole seconds; `null`: nothing.
   * True if the time is another one now, so that the request is worth another try.
   */
  readonly doubted: (date: string | null) => boolean
}

interface Measured {
  /** Wall clock of this machine minus the coordinator's. */
  readonly aheadMs: number
  /** Wall clock minus the clock that never jumps, when it was measured. */
  readonly apartMs: number
  /** Measured by a coordinator that takes our word, and not only guessed from a refusal. */
  readonly certain: boolean
}

/**
 * The coordinator's clock, seen from here: half the round trip after it spoke (Cristian 1989).
 *
 * A coordinator takes signed requests (RFC 9421 `created`) that are at most 60 s old or early, so requests carry its time and not ours:
 * a machine whose clock is wrong can still be reached, told and relieved of what it holds. What such a machine measures is another
 * matter: energy is accounted to half-hours of the grid, and a proof with the wrong ones would be wrong without a word. So no job begins
 * while the clock is wrong, and the times in a proof are never corrected; the coordinator refuses those that cannot be true.
 *
 * A measurement is void as soon as the wall clock moves against the clock that never jumps: it was set, or the machine slept.
 */
export function createCoordinatorTime(clock: Pick<Clock, 'now' | 'monotonic'>): CoordinatorTime {
  let measured: Measured | null = null
  const apart = () => clock.now() - clock.monotonic()
  const valid = () => (measured && Math.abs(apart() - measured.apartMs) < STEPPED_MS ? measured : null)
  const ahead = () => valid()?.aheadMs ?? 0
  const set = (said: number, certain: boolean) => {
    measured = said >= SANE.from && said < SANE.to ? { aheadMs: clock.now() - said, apartMs: apart(), certain } : null
  }
  return {
    now: () => epochMs(clock.now() - ahead()),
    skewMs: () => {
      const known = valid()
      return known?.certain ? known.aheadMs : null
    },
    heard: (said, roundTripMs) => set(said + roundTripMs / 2, true),
    doubted(date) {
      const before = ahead()
      set(Date.parse(date ?? ''), false)
      return Math.abs(ahead() - before) > STEPPED_MS
    },
  }
}

const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
] as const

function inWords(ms: number): string {
  const [unit, size] = UNITS.find(([, length]) => ms >= 2 * length) ?? (['second', 1_000] as const)
  return `${Math.round(ms / size)} ${unit}s`
}

/** What the owner is told about a clock that is wrong; `null` while it is not, or while nobody knows. */
export function describeSkew(skewMs: number | null): string | null {
  if (skewMs === null || Math.abs(skewMs) <= MAX_SKEW_MS) return null
  return `The clock of this machine is ${inWords(Math.abs(skewMs))} ${skewMs > 0 ? 'ahead' : 'behind'}. Set it, or switch on automatic time: no job starts until then.`
}
