import { z } from 'zod'

/** Where the panels stand. */
const SolarSite = z.strictObject({
  /** Peak power under standard test conditions, W. */
  peakWatts: z.number().positive().max(10_000_000),
  /** Degrees from flat. */
  tilt: z.number().min(0).max(90),
  /** Degrees from south: 0 south, -90 east, 90 west, ±180 north. */
  azimuth: z.number().min(-180).max(180),
  latitude: z.number().min(-90).max(90),
  longitude: z.number().min(-180).max(180),
})

/** RFC 6901. */
const Pointer = z
  .string()
  .max(400)
  .regex(/^(?:\/(?:[^~/]|~[01])*)*$/, 'expected a JSON pointer such as /Body/Data/Site/P_PV')

/** Where this home tells how many watts there are now: an address that answers with JSON, and where in there the number is. */
const SolarReading = z.strictObject({
  url: z
    .url({ protocol: /^https?$/ })
    .max(1_000)
    .refine((text) => !URL.canParse(text) || (new URL(text).username === '' && new URL(text).password === ''), 'must hold no password'),
  pointer: Pointer,
  unit: z.enum(['W', 'kW']).default('W'),
  /** What the number counts: what the panels give, or what the home gives to the grid (`import`: what it takes, below 0 while it gives). */
  of: z.enum(['production', 'export', 'import']),
})
export type SolarReading = z.infer<typeof SolarReading>

export const SolarConfig = z
  .strictObject({
    site: SolarSite.nullable().default(null),
    reading: SolarReading.nullable().default(null),
    /** What the home uses without Windfall, W, as the owner says. Not needed where the home meets the grid. */
    homeWatts: z.number().min(0).max(1_000_000).nullable().default(null),
  })
  .refine(({ site, reading }) => site !== null || reading !== null, 'needs a site or a reading')
  .refine(({ site, reading }) => site !== null || reading === null || reading.of === 'production', {
    path: ['site'],
    message: 'is needed: where the home meets the grid, nobody could tell the sun from a battery at night',
  })
  .refine(({ reading, homeWatts }) => homeWatts !== null || (reading !== null && reading.of !== 'production'), {
    path: ['homeWatts'],
    message: 'is needed: what the panels give is not left over before the home has had its share',
  })
export type SolarConfig = Readonly<z.infer<typeof SolarConfig>>
