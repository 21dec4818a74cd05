/** What anybody may ask about the grid: where somebody is on it, what it is like there, and how far that can be trusted. */
import { z } from 'zod'
import { call } from './define.ts'
import { Empty, http } from './http-binding.ts'
import { IsoTime, Signal, SignalKind, Window, Zone } from './wire.ts'

/** A zone, who is asked about it, and what is there when nobody answers. */
export const ZoneView = z.strictObject({
  zone: Zone,
  /** `null` for a zone that nobody has named yet. */
  name: z.string().max(250).nullable(),
  /** By quantity, the configured providers in the order in which they are asked. */
  sources: z.array(z.strictObject({ kind: SignalKind, providers: z.array(z.string().max(80)) })),
  /** What stands behind average intensity where no provider answers. */
  otherwise: z.enum(['recording', 'model', 'nothing']),
})
export type ZoneView = z.infer<typeof ZoneView>

export const ZonePlace = z.strictObject({
  zone: Zone,
  name: z.string().max(250).nullable(),
  /** Who or what knows it. */
  source: z.string().max(120),
  /** What else to know about the answer. */
  hint: z.string().max(300).nullable(),
})
export type ZonePlace = z.infer<typeof ZonePlace>

/** Text as it arrives in a query. An empty one is no number, least of all zero. */
const degrees = (most: number) =>
  z
    .union([z.number(), z.string().regex(/^-?\d{1,3}(?:\.\d{1,15})?$/, 'expected degrees such as 51.5')])
    .pipe(z.coerce.number<number | string>().min(-most).max(most))

export const ZoneQuestion = z
  .strictObject({
    postcode: z.string().min(1).max(12).nullable().default(null),
    latitude: degrees(90).nullable().default(null),
    longitude: degrees(180).nullable().default(null),
  })
  .refine(({ postcode, latitude, longitude }) => (latitude === null) === (longitude === null) && (postcode === null) !== (latitude === null), {
    message: 'give either a postcode, or a latitude and a longitude',
  })
export type ZoneQuestion = z.infer<typeof ZoneQuestion>

/** How far the forecasts of one source were off. */
export const SourceAccuracy = z.strictObject({
  source: z.string().max(120),
  measuredBy: z.string().max(80),
  /** gCO2/kWh. */
  meanAbsolute: z.number(),
  /** Forecast minus measured, gCO2/kWh. */
  bias: z.number(),
  /** Of the mean of what was measured, %. */
  meanAbsolutePercent: z.number(),
  /** Pairs of a forecast slot and its measurement. */
  comparisons: z.number().int(),
})
export type SourceAccuracy = z.infer<typeof SourceAccuracy>

export const ZoneAccuracy = z.strictObject({
  zone: Zone,
  method: z.string().max(120),
  sources: z.array(SourceAccuracy),
  /** Why there is none, for people. */
  reason: z.string().max(300).nullable(),
})
export type ZoneAccuracy = z.infer<typeof ZoneAccuracy>

/** A stretch with more clean power than the grid can use. */
export const Abundance = Window.extend({
  /** `surplus` is read off the renewable share; `curtailment` is inferred, because no grid publishes it while it happens. */
  kind: z.enum(['surplus', 'curtailment']),
  /** Mean renewable share, %. */
  share: z.number(),
  /** True if any part of it still lies ahead. */
  forecast: z.boolean(),
  evidence: z.string().max(400),
})
export type Abundance = z.infer<typeof Abundance>

export const ZoneAbundance = z.strictObject({ zone: Zone, periods: z.array(Abundance).max(2_000), reason: z.string().max(300).nullable() })
export type ZoneAbundance = z.infer<typeof ZoneAbundance>

/** Exactly one of the two is `null`. */
export const SignalOrReason = z.strictObject({ signal: Signal.nullable(), reason: z.string().max(300).nullable() })
export type SignalOrReason = z.infer<typeof SignalOrReason>

const SomeSignal = z.strictObject({ signal: Signal })

/** Where somebody's panels stand. A tenth of a degree, some ten kilometres, is all that leaves their machine. */
const tenths = (most: number) => z.number().min(-most).max(most).multipleOf(0.1)
export const SolarSite = z.strictObject({
  zone: Zone,
  latitude: tenths(90),
  longitude: tenths(180),
  /** Degrees from flat. */
  tilt: z.number().min(0).max(90),
  /** Degrees from south: 0 south, -90 east, 90 west, ±180 north. */
  azimuth: z.number().min(-180).max(180),
  /** Under standard test conditions, W. */
  peakWatts: z.number().positive().max(10_000_000),
})
export type SolarSite = z.infer<typeof SolarSite>

export const gridCalls = {
  listZones: call(
    Empty,
    z.strictObject({ zones: z.array(ZoneView).max(2_000) }),
    http('GET', '/v1/zones', 'public', 'Every known zone, and who knows what about it'),
  ),
  findZone: call(
    ZoneQuestion,
    ZonePlace,
    http('GET', '/v1/zones/find', 'public', 'The zone of a postcode of Great Britain, of which only the first half is used, or of coordinates'),
  ),
  getSignal: call(z.strictObject({ zone: Zone }), SomeSignal, http('GET', '/v1/grid/{zone}', 'public', 'Intensity now and the forecast for the next 48 hours')),
  getSignalOf: call(
    z.strictObject({ zone: Zone, kind: SignalKind }),
    SignalOrReason,
    http('GET', '/v1/grid/{zone}/{kind}', 'public', 'One quantity from a day behind to what is known ahead, or why nobody knows it'),
  ),
  getGridHistory: call(
    z.strictObject({ zone: Zone, from: IsoTime.nullable().default(null), to: IsoTime.nullable().default(null) }),
    SomeSignal,
    http('GET', '/v1/grid/{zone}/history', 'public', 'Average intensity as it was, at most 14 days; by default the last day that is measured'),
  ),
  getGridAccuracy: call(
    z.strictObject({ zone: Zone }),
    ZoneAccuracy,
    http('GET', '/v1/grid/{zone}/accuracy', 'public', 'How far forecasts were off, compared with what was measured afterwards'),
  ),
  getAbundance: call(
    z.strictObject({ zone: Zone }),
    ZoneAbundance,
    http(
      'GET',
      '/v1/grid/{zone}/abundance',
      'public',
      'When there is more clean power than the grid can use: surplus, and curtailment as far as it can be inferred',
    ),
  ),
}
