/** What the Carbon Intensity API may answer. Some answers are documented as arrays and arrive as objects, so both are read. */
import { z } from 'zod'
import { WindfallError } from '../../../shared/errors.ts'
import type { HttpAnswer } from '../../kernel/http-client.ts'

const MAX_SLOTS = 1_500

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

const oneOrMany = <T extends z.ZodType>(item: T, max = MAX_SLOTS) => z.union([z.array(item).max(max), item.transform((only) => [only])])

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

const NAME = 'The UK Carbon Intensity API'

function parseJson({ body }: HttpAnswer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch (error) {
    throw new WindfallError('grid.unavailable', `${NAME} sent something that is not JSON. Try again in half an hour.`, { cause: error })
  }
}

function refusalOf(status: number, fault: z.infer<typeof Fault> | undefined): WindfallError {
  const asked = status === 400 || /^400\b/.test(String(fault?.code ?? ''))
  const said = fault ? `: ${fault.message.slice(0, 200)}` : ''
  return asked
    ? new WindfallError('input.invalid', `${NAME} does not accept the request${said}`)
    : new WindfallError('grid.unavailable', `${NAME} answered with error ${status}${said}`)
}

/** The checked body. Errors: `input.invalid` where the API blames the request, `grid.unavailable` for everything else it may send. */
export function readBody<S extends z.ZodType>(schema: S, answer: HttpAnswer): z.output<S> {
  // An error status may carry a page in HTML; its text says nothing we could use.
  if (answer.status !== 200) {
    const fault = safely(() => ErrorBody.parse(parseJson(answer)).error[0])
    throw refusalOf(answer.status, fault)
  }
  const json = parseJson(answer)
  const fault = ErrorBody.safeParse(json)
  if (fault.success) throw refusalOf(answer.status, fault.data.error[0])
  const result = schema.safeParse(json)
  if (!result.success)
    throw new WindfallError('grid.unavailable', `${NAME} sent an answer of an unknown shape. Windfall may need an update.`, { cause: result.error })
  return result.data
}

function safely<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
