/** What the Carbon Intensity API may answer. Some answers are documented as arrays and arrive as objects, so both are read. */
import { z } from 'zod'
import type { HttpAnswer } from '../../../kernel/http-client.ts'
import { type ProviderApi, oneOrMany, readJson, refusalOf } from '../provider-answer.ts'

const Instant = z.string().regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?Z$/)
const Grams = z.number().min(0).max(5_000)
const Stretch = { from: Instant, to: Instant }

/** How high the value is for the season, in the API's words; the limits behind them change every year. */
export const IntensityIndex = z.enum(['very low', 'low', 'moderate', 'high', 'very high'])
export type IntensityIndex = z.infer<typeof IntensityIndex>

/** A word we do not know is no reason to refuse the number beside it. */
const Index = IntensityIndex.nullable().catch(null)
const Mix = z.array(z.object({ fuel: z.string().max(40), perc: z.number().min(0).max(100) })).max(40)
export type Mix = z.infer<typeof Mix>

const Intensity = z.object({ forecast: Grams.nullish(), actual: Grams.nullish(), index: Index.optional() })
export const NationalBody = z.object({ data: oneOrMany(z.object({ ...Stretch, intensity: Intensity })) })

const Region = z.object({ regionid: z.number().int().min(1).max(18), shortname: z.string().max(80) })
const RegionalValue = { intensity: Intensity, generationmix: Mix.optional() }
/** By time, then region. */
const SlotOfRegions = z.object({ ...Stretch, regions: oneOrMany(Region.extend(RegionalValue), 20) })
/** By region, then time. */
const RegionOfSlots = Region.extend({ data: oneOrMany(z.object({ ...Stretch, ...RegionalValue })) })
export const RegionalBody = z.object({ data: oneOrMany(z.union([SlotOfRegions, RegionOfSlots])) })
export type RegionalBody = z.infer<typeof RegionalBody>

export const StatisticsBody = z.object({
  data: oneOrMany(z.object({ ...Stretch, intensity: z.object({ max: Grams, average: Grams, min: Grams, index: Index }) })),
})
export const FactorsBody = z.object({ data: oneOrMany(z.record(z.string().max(60), Grams), 1) })
export const GenerationBody = z.object({ data: oneOrMany(z.object({ ...Stretch, generationmix: Mix })) })

const Fault = z.object({ code: z.union([z.string().max(80), z.number()]), message: z.string().max(1_000) })
const ErrorBody = z.object({ error: oneOrMany(Fault, 10) })

const faultIn = (body: unknown): z.infer<typeof Fault> | null => ErrorBody.safeParse(body).data?.error[0] ?? null

/** The API's own words in an error answer; its front end says them without a code. */
export const saidIn = (body: unknown): string | null => faultIn(body)?.message ?? z.object({ error: z.string() }).safeParse(body).data?.error ?? null

/** The checked body. Errors: `input.invalid` where the API blames the request, `grid.unavailable` for everything else it may send. */
export function readBody<S extends z.ZodType>(api: ProviderApi, schema: S, answer: HttpAnswer): z.output<S> {
  const fault = answer.status === 200 ? faultIn(readJson(api, z.unknown(), answer)) : null
  // An error has been seen with status 200; what it means is in its code.
  if (fault) throw refusalOf(api, { ...answer, status: /^400\b/.test(String(fault.code)) ? 400 : answer.status })
  return readJson(api, schema, answer)
}
