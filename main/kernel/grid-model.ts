import type { Signal } from '../../shared/contract/wire.ts'
import { halfHourStarts } from '../../shared/domain/half-hours.ts'
import { HALF_HOUR_MS, toIso } from '../../shared/units.ts'
import { sha256Hex } from './signing.ts'

/** What the model knows about a zone. */
interface DayProfile {
  /** Published mean of a year, gCO2/kWh. */
  readonly annualMean: number
  readonly basis: 'direct' | 'lifecycle'
  /** Published share of a year's generation that is solar, 0 to 1. */
  readonly solarShare: number
  /** Degrees east, of the middle of the zone: the sun is highest at 12:00 UTC minus longitude/15 hours. */
  readonly longitude: number
  readonly source: string
}

const EMBER = 'Ember yearly data 2023'
const profile = (annualMean: number, solarShare: number, longitude: number): DayProfile => ({
  annualMean,
  basis: 'lifecycle',
  solarShare,
  longitude,
  source: EMBER,
})
const american = (annualMean: number, solarShare: number, longitude: number, source: string): DayProfile => ({
  annualMean,
  basis: 'direct',
  solarShare,
  longitude,
  source,
})

const PROFILES: ReadonlyMap<string, DayProfile> = new Map([
  ['GB', { annualMean: 124, basis: 'direct', solarShare: 0.04, longitude: -1.5, source: 'Carbon Brief 2024' }],
  ['FR', profile(56, 0.04, 2.5)],
  ['DE', profile(381, 0.12, 10.4)],
  ['ES', profile(174, 0.17, -3.7)],
  ['PT', profile(166, 0.12, -8.2)],
  ['NL', profile(268, 0.16, 5.3)],
  ['BE', profile(138, 0.1, 4.7)],
  ['IT', profile(331, 0.12, 12.5)],
  // 429.983 and 736.629 lb/MWh of the subregions CAMX and ERCT; 29 418 kt over 124 040 GWh in the state of New York.
  ['US-CAL-CISO', american(195, 0.275, -119.8, 'EPA eGRID 2023')],
  ['US-TEX-ERCO', american(334, 0.06, -98.5, 'EPA eGRID 2023')],
  ['US-NY-NYIS', american(237, 0.05, -75.5, 'EIA Electric Power Annual 2023')],
])

const ISSUED_AT = '2026-01-01T00:00:00.000Z'
const EVENING_SWING = 0.08
const EVENING_PEAK_HOUR = 19
const SLOTS_PER_DAY = 48

/** Solar output at a solar hour, relative to its mean over the day: a half cosine from 6 to 18 o'clock. */
const sunAt = (hour: number): number => Math.PI * Math.max(0, Math.cos((Math.PI * (hour - 12)) / 12))

/** Not normalised: what is left after the sun, swung by demand. */
const shapeAt = (hour: number, solarShare: number): number =>
  (1 - solarShare * sunAt(hour)) * (1 + EVENING_SWING * Math.cos((2 * Math.PI * (hour - EVENING_PEAK_HOUR)) / 24))

const midHour = (slot: number): number => (slot + 0.5) / 2

/** Intensity of the half hour that starts at `at` (epoch ms), gCO2/kWh with one decimal. */
function intensityAt({ annualMean, solarShare, longitude }: DayProfile, at: number): number {
  const slots = Array.from({ length: SLOTS_PER_DAY }, (_, slot) => shapeAt(midHour(slot), solarShare))
  const dayMean = slots.reduce((sum, value) => sum + value, 0) / SLOTS_PER_DAY
  const hour = ((((at + HALF_HOUR_MS / 2) / 3_600_000 + longitude / 15) % 24) + 24) % 24
  return Math.round(((annualMean * shapeAt(hour, solarShare)) / dayMean) * 10) / 10
}

/**
 * A modelled day, the same every day, for zones without a source of their own; half hours over `[from, to)`, both on half-hour
 * boundaries, epoch milliseconds. `null` for a zone without a profile.
 *
 * Method (a “duck curve”): the sun produces its published yearly share as a half cosine between 6 and 18 o'clock solar time and displaces
 * the mean of everything else; demand adds ±8 % with its peak at 19 o'clock. The day is scaled so that its mean is the published yearly
 * mean. Seasons, weather and weekends are not in it: it says when an ordinary day tends to be cleaner, never what the grid emits now.
 */
export function modelledSignal(zone: string, from: number, to: number): Signal | null {
  const known = PROFILES.get(zone)
  if (!known) return null
  return {
    zone,
    kind: 'average',
    basis: known.basis,
    unit: 'gCO2/kWh',
    price: null,
    source: `Windfall day model 1 on ${known.source}`,
    origin: 'modelled',
    recordedOn: null,
    issuedAt: ISSUED_AT,
    estimated: true,
    bodySha256: sha256Hex(JSON.stringify([zone, known, EVENING_SWING, EVENING_PEAK_HOUR])),
    attribution: `Modelled by Windfall from the yearly mean and solar share in ${known.source}`,
    points: halfHourStarts(from, to).map((at) => ({ from: toIso(at), to: toIso(at + HALF_HOUR_MS), value: intensityAt(known, at), forecast: true })),
  }
}
