/** What the ENTSO-E Transparency Platform may answer: market documents in XML (IEC 62325-351 and 62325-451). */
import { XMLParser } from 'fast-xml-parser'
import { z } from 'zod'
import { WindfallError } from '../../../../shared/errors.ts'
import type { HttpAnswer } from '../../../kernel/http-client.ts'
import { Instant } from '../live-signal.ts'
import { MAX_SLOTS, textOf } from '../provider-answer.ts'

const LISTS: ReadonlySet<string> = new Set(['TimeSeries', 'Period', 'Point', 'Reason'])

/** Numbers stay text, so that nothing is guessed; nothing is expanded, and a document holds no deeper nesting than a dozen. */
const parser = new XMLParser({
  ignoreAttributes: true,
  parseTagValue: false,
  processEntities: false,
  removeNSPrefix: true,
  maxNestedTags: 20,
  jPath: false,
  isArray: (name) => LISTS.has(name),
})

const decimal = z
  .string()
  .max(40)
  .regex(/^-?\d+(?:\.\d+)?$/)
  .transform(Number)
const Amount = decimal.refine((value) => Math.abs(value) < 1e7)
const Word = z.string().max(60)

const Point = z.object({ position: decimal.pipe(z.number().int().min(1).max(MAX_SLOTS)), 'price.amount': Amount.optional(), quantity: Amount.optional() })
const Period = z.object({
  timeInterval: z.object({ start: Instant, end: Instant }),
  resolution: Word,
  Point: z.array(Point).max(MAX_SLOTS).default([]),
})
export type Period = z.infer<typeof Period>

const TimeSeries = z.object({
  curveType: Word.optional(),
  'contract_MarketAgreement.type': Word.optional(),
  'currency_Unit.name': Word.optional(),
  'price_Measure_Unit.name': Word.optional(),
  'quantity_Measure_Unit.name': Word.optional(),
  'classificationSequence_AttributeInstanceComponent.position': decimal.optional(),
  /** Generation; a series with `outBiddingZone_Domain.mRID` in its place counts what is consumed. */
  'inBiddingZone_Domain.mRID': Word.optional(),
  MktPSRType: z.object({ psrType: Word }).optional(),
  Period: z.array(Period).max(400).default([]),
})
export type TimeSeries = z.infer<typeof TimeSeries>

const MarketDocument = z.object({ createdDateTime: Instant.optional().catch(undefined), TimeSeries: z.array(TimeSeries).max(1_000).default([]) })
type MarketDocument = z.infer<typeof MarketDocument>

const Answer = z.object({ Publication_MarketDocument: MarketDocument.optional(), GL_MarketDocument: MarketDocument.optional() })
const Acknowledgement = z.object({
  Acknowledgement_MarketDocument: z.object({ Reason: z.array(z.object({ text: z.string().max(4_000).default('') })).max(20) }),
})

const NAME = 'The ENTSO-E Transparency Platform'
const unreadable = (message: string, cause?: unknown) => new WindfallError('grid.unavailable', `${NAME} sent ${message}`, { cause })

const LAST_TAG = /<\/(?:[\w-]+:)?([\w.-]+)\s*>\s*$/

function parse(answer: HttpAnswer): object {
  const text = textOf({ name: NAME }, answer)
  if (/<!(?:DOCTYPE|ENTITY)/i.test(text)) throw unreadable('a document with a type declaration, which is not read.')
  try {
    const document: unknown = parser.parse(text)
    // The parser takes what it gets; a document that was cut off does not end with what it began with.
    const last = LAST_TAG.exec(text.slice(-200))?.[1]
    if (typeof document === 'object' && document !== null && last !== undefined && Object.hasOwn(document, last)) return document
  } catch (error) {
    throw unreadable('something that is not XML. Windfall asks again later.', error)
  }
  throw unreadable('something that is not a whole XML document. Windfall asks again later.')
}

/** The platform's reason for giving no data, or `null` in an answer that is not an acknowledgement. Never throws. */
export function reasonIn(answer: HttpAnswer): string | null {
  try {
    const { data } = Acknowledgement.safeParse(parse(answer))
    return data ? data.Acknowledgement_MarketDocument.Reason.map(({ text }) => text).join(' ') : null
  } catch {
    return null
  }
}

/** The document in an answer. Error: `grid.unavailable` for anything else. */
export function documentIn(answer: HttpAnswer): MarketDocument {
  const { data, error } = Answer.safeParse(parse(answer))
  const found = data?.Publication_MarketDocument ?? data?.GL_MarketDocument
  if (!found) throw unreadable('an answer of an unknown shape. Windfall may need an update.', error)
  return found
}
