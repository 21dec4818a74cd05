/** The grid of this machine's zone, what electricity costs in it, and the sun on its owner's roof, as a window shows them. */
import { z } from 'zod'
import { IsoTime, Signal, Window, Zone } from './wire.ts'

/** The sun on the owner's roof; `null` where none was declared. */
const SolarView = z.strictObject({
  /** Watts that the home leaves over, so that a job may have them; `null` if nobody knows now. */
  watts: z.number().nullable(),
  at: IsoTime.nullable(),
  /** `metered`: read where the home meets the grid. `declared`: read at the panels, less what the owner says the home uses. */
  basis: z.enum(['metered', 'declared']),
  message: z.string().max(300).nullable(),
})
export type SolarView = z.infer<typeof SolarView>

export const GridView = z.strictObject({
  zone: Zone,
  signal: Signal.nullable(),
  now: z.strictObject({ gPerKWh: z.number(), from: IsoTime, to: IsoTime }).nullable(),
  greenWindows: z.array(Window),
  /** Of the last 30 days so many percent were less green than now; `null` where fewer than 7 of them are known. */
  greenerThanPercent: z.number().min(0).max(100).nullable(),
  rule: z.string(),
  state: z.enum(['fresh', 'stale', 'missing']),
  message: z.string().nullable(),
  /** What electricity costs the owner; `null` if they have not said. */
  tariff: z
    .strictObject({
      words: z.string().max(300),
      /** Hundredths of the currency per kWh, now; `null` if not known. */
      now: z.strictObject({ minorPerKWh: z.number(), currency: z.string().length(3), until: IsoTime }).nullable(),
    })
    .nullable(),
  solar: SolarView.nullable(),
})
export type GridView = z.infer<typeof GridView>
