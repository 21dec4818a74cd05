/** The owner's limits of one device, as they are typed. */
import type { Ceilings, Device } from '../../shared/contract/device.ts'
import { t } from '../../shared/i18n/translate.ts'
import { formatTemperature, formatWatts } from './format.ts'

export type CeilingName = keyof Ceilings

/** Work goes on this much below the temperature at which it rests. */
const RESUME_BELOW_C = 7
const RANGE: Readonly<Record<CeilingName, { readonly from: number; readonly to: number; readonly unit: string }>> = {
  temperatureC: { from: 40, to: 110, unit: '°C' },
  watts: { from: 10, to: 2_000, unit: 'W' },
}

/** What was typed as a limit in °C or W: whole, and within what the agent takes; otherwise what to type instead. */
export function parseCeiling(name: CeilingName, text: string): number | { readonly problem: string } {
  const { from, to, unit } = RANGE[name]
  const value = /^\s*\d{1,5}\s*$/.test(text) ? Number(text) : Number.NaN
  return value >= from && value <= to ? value : { problem: t('Give a whole number from {from} to {to} {unit}.', { from, to, unit }) }
}

type Known = Pick<Device, 'kind' | 'powerLimitW' | 'idleW'>

/** Where a limit starts when the owner sets one: below most cards' own throttling, and three quarters of the power limit. */
export const suggestedCeiling = (name: CeilingName, { powerLimitW }: Known): number =>
  name === 'temperatureC' ? 80 : Math.max(RANGE.watts.from, Math.min(RANGE.watts.to, Math.round((powerLimitW ?? 200) * 0.15) * 5))

/** The end of the sentence that begins “Rest above … °C” or “On average no more than … W”. */
export function ceilingEffect(name: CeilingName, value: number | null, { powerLimitW }: Known): string {
  if (name === 'watts') return powerLimitW === null ? '' : t(' of its {watts}', { watts: formatWatts(powerLimitW) })
  return value === null ? '' : t(', go on below {temperature}', { temperature: formatTemperature(value - RESUME_BELOW_C) })
}

/** A limit that may be set but does not do what the owner expects; `null` if it does. */
export function ceilingHint(name: CeilingName, value: number, { powerLimitW, idleW }: Known): string | null {
  if (name === 'temperatureC') return null
  if (powerLimitW !== null && value >= powerLimitW)
    return t('It never draws more than {watts}, so this limit changes nothing.', { watts: formatWatts(powerLimitW) })
  if (idleW !== null && value <= idleW) return t('It draws {watts} even when idle, so no job would ever run on it.', { watts: formatWatts(idleW) })
  return null
}
