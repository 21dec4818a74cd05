/** Who did what to the coordinator: a log of acts whose every record holds the hash of the one before it. */
import { z } from 'zod'
import { call } from './define.ts'
import { Empty, http } from './http-binding.ts'
import { Envelope, IsoTime, KeyId, PublicJwk, Sha256Hex, pageOf } from './wire.ts'

/** Payload type of the statement that an act was the newest one at a time. */
export const ACT_HEAD_TYPE = 'application/vnd.windfall.act-head+json'

const Seq = z.number().int().min(1).max(Number.MAX_SAFE_INTEGER)

export const ActHead = z.strictObject({ logId: KeyId, seq: Seq, hash: Sha256Hex, at: IsoTime })
export type ActHead = z.infer<typeof ActHead>

/** `refused`: by the rules, before or while it was done; `failed`: by a defect or an outage. Neither changed anything. */
const ActOutcome = z.enum(['done', 'refused', 'failed'])

/** The text that is hashed of an act, parsed. */
export const ActBody = z.strictObject({
  id: z.string().max(80),
  /** `requester:ID`, `member:ID`, `node:ID` or `nobody`. */
  actor: z.string().max(120),
  outcome: ActOutcome,
  /** Why it was not done; `null` if it was. */
  code: z.string().max(40).nullable(),
  /** Such as `node:ID` or `requester:ID`. */
  about: z.array(z.string().max(120)).max(20),
  /** Of the salted text that is kept beside the chain: it can be forgotten without a trace of what it said. */
  detailsSha256: Sha256Hex,
})
export type ActBody = z.infer<typeof ActBody>

/** What is kept beside the chain, until its time is over or a person it concerns is erased. */
export const ActDetails = z.looseObject({
  network: z.string(),
  credential: z.string().nullable(),
  input: z.record(z.string(), z.unknown()),
  changes: z.array(z.looseObject({ decision: z.number().int(), kind: z.string() })),
})
export type ActDetails = z.infer<typeof ActDetails>

/** One record as it was hashed: nothing in it is ever serialised anew. */
const ActRecord = z.strictObject({
  seq: Seq,
  at: IsoTime,
  /** Name of the call. */
  kind: z.string().max(80),
  form: z.literal('act'),
  /** JSON text. */
  body: z.string().max(8_192),
  prevHash: Sha256Hex,
  hash: Sha256Hex,
})

/** How long the details of an act are at most, characters. */
export const MAX_ACT_DETAILS = 65_536

export const ActEntry = z.strictObject({
  record: ActRecord,
  /** JSON text; `null` once it is forgotten. */
  details: z.string().max(MAX_ACT_DETAILS).nullable(),
})
export type ActEntry = z.infer<typeof ActEntry>

export const ActSummary = z.strictObject({
  ...ActRecord.pick({ seq: true, at: true, hash: true }).shape,
  ...ActBody.pick({ actor: true, outcome: true, code: true, about: true }).shape,
  call: z.string(),
})
export type ActSummary = z.infer<typeof ActSummary>

const Subject = z
  .string()
  .regex(/^(?:[a-z-]{1,30}:[A-Za-z0-9_-]{1,80}|nobody)$/, 'expected something such as requester:ID, member:ID or node:ID')
  .nullable()
  .default(null)
const Cursor = z
  .string()
  .regex(/^[1-9]\d{0,15}$/, 'expected the “next” of the page before')
  .nullable()
  .default(null)
const Limit = z.coerce.number().int().min(1).max(200).default(50)

export const auditCalls = {
  listActs: call(
    z.strictObject({
      actor: Subject,
      about: Subject,
      /** Name of a call, such as `removeNode`. */
      call: z
        .string()
        .regex(/^[A-Za-z]{1,80}$/)
        .nullable()
        .default(null),
      outcome: ActOutcome.nullable().default(null),
      since: IsoTime.nullable().default(null),
      until: IsoTime.nullable().default(null),
      after: Cursor,
      limit: Limit,
    }),
    pageOf(ActSummary),
    http('GET', '/v1/acts', 'audit.read', 'Who did what to this coordinator, and what was refused; newest first'),
  ),
  getAct: call(
    z.strictObject({ seq: z.coerce.number().pipe(Seq) }),
    ActEntry,
    http('GET', '/v1/acts/{seq}', 'audit.read', 'One act: from where, what was asked, what was before and what after, as far as it is still kept'),
  ),
  exportActs: call(
    z.strictObject({ after: Cursor, limit: Limit }),
    z.strictObject({
      items: z.array(ActEntry),
      /** What was signed over the acts of this page. */
      heads: z.array(Envelope),
      next: z.string().nullable(),
    }),
    http('GET', '/v1/act-log', 'audit.read', 'The whole log of acts as it was hashed, oldest first, with what was signed over it'),
  ),
  getActHead: call(
    Empty,
    z.strictObject({ head: Envelope.nullable(), logKey: PublicJwk }),
    http('GET', '/v1/act-log/head', 'public', 'The newest signed head of the log of acts: whoever keeps it finds out if acts are changed or cut off later'),
  ),
}
