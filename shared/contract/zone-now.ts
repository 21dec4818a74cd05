import { z } from 'zod'
import { IsoTime, Origin, Zone } from './wire.ts'

/** What this machine knows of a zone at this moment, and what that is worth. */
export const ZoneNow = z.strictObject({
  zone: Zone,
  /** What people call it; `null` for one that nobody has named. */
  name: z.string().max(250).nullable(),
  /** Average intensity, gCO2/kWh; `null` where nothing is known. */
  gPerKWh: z.number().nullable(),
  /** `stale`: the last that was known is out of date. */
  state: z.enum(['fresh', 'stale', 'missing']),
  origin: Origin.nullable(),
  recordedOn: z.string().max(40).nullable(),
  source: z.string().max(300).nullable(),
  issuedAt: IsoTime.nullable(),
})
export type ZoneNow = z.infer<typeof ZoneNow>

/** The zone of this machine first. */
export const ZonesNow = z.strictObject({ zones: z.array(ZoneNow).max(500), attributions: z.array(z.string().max(300)).max(20) })
export type ZonesNow = z.infer<typeof ZonesNow>
