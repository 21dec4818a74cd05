import type { Ceilings } from '../../../shared/contract/device.ts'

/** Work goes on only when the device is this much cooler than the ceiling. */
export const COOLER_BY_C = 7
/** A device that says nothing about what a ceiling limits counts as over it after this long. */
export const SILENT_MS = 5_000
/** Power above the ceiling is borne this long at a stretch, whatever was saved before. */
const OVER_MS = 3_000
/** Neither work nor rest is shorter than this, so that a reading that flickers does not stop and start a job with it. */
export const LEAST_PHASE_MS = 2_000
/** Energy saved below the ceiling counts for so many seconds of it. */
const SAVED_S = 2
/** Debt beyond so many seconds of the ceiling is forgotten: a job that has to rest this long is handed back anyway. */
const OWED_S = 600

/** Which ceiling keeps work away from a device. */
export type CeilingHold = 'temperature' | 'watts'

export interface CeilingReading {
  readonly watts: number | null
  readonly temperatureC: number | null
  /** Milliseconds on a clock that never jumps. */
  readonly now: number
}

/** What the rule remembers of one device. Plain data; times on the clock of the readings. */
export interface CeilingState {
  readonly hold: CeilingHold | null
  /** When work was last stopped or allowed again. */
  readonly changedAt: number | null
  readonly last: CeilingReading | null
  /** Joules used beyond the ceiling; below zero what was saved. */
  readonly debtJ: number
  /** Since when power is above the ceiling without a break. */
  readonly overSince: number | null
  readonly heatUnknownSince: number | null
  readonly powerUnknownSince: number | null
}

export const UNHELD: CeilingState = {
  hold: null,
  changedAt: null,
  last: null,
  debtJ: 0,
  overSince: null,
  heatUnknownSince: null,
  powerUnknownSince: null,
}

/**
 * Decides from one reading whether work on a device has to rest. Temperature: above the ceiling it rests, {@link COOLER_BY_C} below it
 * goes on. Power: energy beyond the ceiling is a debt that rest pays back, so that the mean stays at the ceiling (a token bucket).
 * What cannot be read counts as too much. Pure; meant to be driven at every reading, at least every few seconds while a job runs.
 */
export function holdAfter(before: CeilingState, reading: CeilingReading, ceilings: Ceilings): CeilingState {
  if (ceilings.temperatureC === null && ceilings.watts === null) return UNHELD
  const after = { ...before, ...powerAfter(before, reading, ceilings.watts), ...heatAfter(before, reading, ceilings.temperatureC), last: reading }
  const wanted = isTooHot(after, reading, ceilings.temperatureC) ? 'temperature' : isTooMuch(after, reading, ceilings.watts) ? 'watts' : null
  const isTooSoon = before.changedAt !== null && reading.now - before.changedAt < LEAST_PHASE_MS
  if ((wanted === null) === (before.hold === null)) return { ...after, hold: wanted }
  return isTooSoon ? after : { ...after, hold: wanted, changedAt: reading.now }
}

type Power = Pick<CeilingState, 'debtJ' | 'overSince' | 'powerUnknownSince'>

function powerAfter({ last, debtJ, overSince, powerUnknownSince }: CeilingState, { watts, now }: CeilingReading, ceiling: number | null): Power {
  if (ceiling === null) return { debtJ: 0, overSince: null, powerUnknownSince: null }
  // A reading speaks for the time since the one before; what nobody read is not made up.
  const seconds = last ? Math.min(now - last.now, SILENT_MS) / 1_000 : 0
  const usedJ = ((watts ?? ceiling) - ceiling) * seconds
  return {
    debtJ: Math.min(OWED_S * ceiling, Math.max(-SAVED_S * ceiling, debtJ + usedJ)),
    overSince: watts === null || watts <= ceiling ? null : (overSince ?? now),
    powerUnknownSince: watts === null ? (powerUnknownSince ?? now) : null,
  }
}

const heatAfter = ({ heatUnknownSince }: CeilingState, { temperatureC, now }: CeilingReading, ceiling: number | null) => ({
  heatUnknownSince: ceiling !== null && temperatureC === null ? (heatUnknownSince ?? now) : null,
})

const isSilent = (since: number | null, now: number): boolean => since !== null && now - since >= SILENT_MS

function isTooHot({ hold, heatUnknownSince }: CeilingState, { temperatureC, now }: CeilingReading, ceiling: number | null): boolean {
  if (ceiling === null) return false
  const isHeld = hold === 'temperature'
  if (temperatureC === null) return isHeld || isSilent(heatUnknownSince, now)
  return temperatureC > (isHeld ? ceiling - COOLER_BY_C : ceiling)
}

function isTooMuch({ hold, debtJ, overSince, powerUnknownSince }: CeilingState, { watts, now }: CeilingReading, ceiling: number | null): boolean {
  if (ceiling === null) return false
  const isHeld = hold === 'watts'
  if (watts === null) return isHeld || isSilent(powerUnknownSince, now)
  return debtJ > 0 || (isHeld && watts > ceiling) || (overSince !== null && now - overSince >= OVER_MS)
}
