import type { LiveSlot } from './live-signal.ts'

/**
 * What was measured, up to the last value that is known, and from there on the forecast: a measured value is never displaced, however much
 * shorter the steps of the forecast are.
 */
export function measuredThenForecast(measured: readonly LiveSlot[], ahead: readonly LiveSlot[]): readonly LiveSlot[] {
  const end = measured.reduce((latest, { to, value }) => (value === null ? latest : Math.max(latest, to)), -Infinity)
  const later = ahead.flatMap((slot) => (slot.to > end ? [{ ...slot, from: Math.max(slot.from, end), forecast: true }] : []))
  return [...measured.filter(({ from }) => from < end), ...later]
}
