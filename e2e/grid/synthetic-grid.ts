/** Grids that never were, with the shapes of real ones: a season, a week, a day, weather that lasts for days, and noise. */
import { seeded } from '../../shared/domain/energy/synthetic-load.fake.ts'
import { DAY_MS, type Grid, HOUR_MS, type Hourly } from './series.ts'

interface Character {
  /** gCO2/kWh of what is burnt where the weather gives nothing. */
  readonly fossil: number
  /** Share of demand that wind covers on average, and the sun at noon in midsummer. */
  readonly wind: number
  readonly sun: number
  /** Hours that noon is after 12:00 UTC. */
  readonly noon: number
  /** How much more is used at seven in the evening than in the dead of night, and less at weekends. */
  readonly evening: number
  readonly weekend: number
}

const CHARACTERS: Readonly<Record<string, Character>> = {
  GB: { fossil: 390, wind: 0.45, sun: 0.15, noon: 0.1, evening: 0.3, weekend: 0.08 },
  DE: { fossil: 700, wind: 0.3, sun: 0.45, noon: -0.7, evening: 0.2, weekend: 0.14 },
  'US-CAL-CISO': { fossil: 420, wind: 0.1, sun: 0.75, noon: 8, evening: 0.35, weekend: 0.05 },
}

/** A process that returns to zero over some `hours`, with unit variance. */
function wandering(hours: number, random: () => number): () => number {
  const keep = Math.exp(-1 / hours)
  let state = 0
  return () => (state = keep * state + Math.sqrt(1 - keep * keep) * (random() + random() + random() + random() - 2) * Math.sqrt(3))
}

/** Position of the sun in its day, 0 at night to 1 at noon in midsummer. */
function sunAt(at: number, noon: number): number {
  const season = 0.65 - 0.35 * Math.cos(((at / DAY_MS - 171) / 365.25) * 2 * Math.PI + Math.PI)
  const hour = (at / HOUR_MS - noon) % 24
  return Math.max(0, season * Math.cos(((hour - 12) / 24) * 2 * Math.PI) - 0.25 * (1 - season))
}

function demandAt(at: number, { noon, evening, weekend }: Character): number {
  const local = at - noon * HOUR_MS
  const day = Math.floor(local / DAY_MS + 4) % 7
  const hour = (local / HOUR_MS) % 24
  return (1 + (evening / 2) * Math.cos(((hour - 19) / 24) * 2 * Math.PI)) * (day === 0 || day === 6 ? 1 - weekend : 1)
}

/** Every hour of `[from, from + hours)`: intensity follows what the weather leaves to burn, and the price follows it less closely. */
export function syntheticGrid(zone: string, { from, hours, seed }: { from: number; hours: number; seed: number }): Grid {
  const character = CHARACTERS[zone]
  if (!character) throw new Error(`nobody made up a grid for ${zone}`)
  const random = seeded(seed)
  const [weather, clouds, market] = [wandering(40, random), wandering(12, random), wandering(30, random)]
  const intensity = new Float64Array(hours)
  const price = new Float64Array(hours)
  for (let hour = 0; hour < hours; hour += 1) {
    const at = from + hour * HOUR_MS
    const windy = character.wind * Math.max(0, 1 + 0.7 * weather())
    const sunny = character.sun * sunAt(at, character.noon) * Math.min(1, Math.max(0.2, 0.8 + 0.3 * clouds()))
    const left = demandAt(at, character) - windy - sunny
    intensity[hour] = Math.max(8, character.fossil * Math.max(0.02, left) * (1 + 0.04 * (random() - 0.5)))
    price[hour] = 12 * left - 1.5 + 0.8 * market()
  }
  const hourly = (values: Float64Array): Hourly => ({ from, values })
  return { zone, intensity: hourly(intensity), price: hourly(price) }
}
