/** What the coordinator decided, on what, and by which rule: a log whose every record holds the hash of the one before it. */
import { z } from 'zod'
import { call } from './define.ts'
import { http } from './http-binding.ts'
import { IsoTime, Sha256Hex, pageOf } from './wire.ts'

const SubjectKind = z.enum(['job', 'node', 'incident', 'proof'])
/** Node ids may begin with what no other id begins with. */
const SUBJECT_ID = /^[A-Za-z0-9_-]{1,64}$/
export const DecisionSubject = z.strictObject({ kind: SubjectKind, id: z.string().regex(SUBJECT_ID) })
export type DecisionSubject = z.infer<typeof DecisionSubject>

/** A rule that decides, and which version of it: another version may answer otherwise, so each is named. */
const PolicyId = z.strictObject({ name: z.string().min(1).max(60), version: z.string().min(1).max(20) })
type PolicyId = z.infer<typeof PolicyId>

/** One of the things that could have been done. What a score counts, and whether more is better, is the policy's own. */
const Alternative = z.looseObject({ option: z.string().max(300), score: z.number().nullable(), chosen: z.boolean() })
export type Alternative = z.infer<typeof Alternative>

/** What a policy answers: the outcome, and everything that was weighed. Both are JSON values. */
export interface PolicyAnswer<O = unknown> {
  readonly outcome: O
  readonly alternatives: readonly Alternative[]
}

/**
 * A rule as a pure function of plain data: the same inputs give the same answer, bit for bit, on any machine and at any later time. Changing
 * what it answers, for any input, makes another version.
 */
export interface Policy<I = Readonly<Record<string, unknown>>, O = unknown> extends PolicyId {
  // A method, so that a policy of certain inputs is a policy.
  decide(inputs: I, subject: DecisionSubject): PolicyAnswer<O>
}

/** A choice to be recorded. */
export interface Choice {
  readonly kind: string
  /** What the policy was asked about. */
  readonly subject: DecisionSubject
  /** What else it can be found by. Never a job: whoever owns the job that a choice is about may read all of it. */
  readonly also?: readonly (DecisionSubject & { readonly kind: 'node' | 'incident' | 'proof' })[]
  readonly policy: PolicyId
  /**
   * Every input of the policy by name, as JSON values in their natural parts: each is stored once, however many choices used it. An object
   * that is given again is not looked at again, so none may change after it was given.
   */
  readonly inputs: Readonly<Record<string, unknown>>
  readonly answer: PolicyAnswer
}

/** The text that is hashed of a choice, parsed. */
export const ChoiceBody = z.strictObject({
  subject: DecisionSubject,
  also: z.array(DecisionSubject),
  policy: PolicyId,
  /** SHA-256 of each input, by its name. */
  inputs: z.record(z.string(), Sha256Hex),
  alternatives: z.array(Alternative),
  outcome: z.unknown(),
  outcomeSha256: Sha256Hex,
})
export type ChoiceBody = z.infer<typeof ChoiceBody>

/** One record as it was hashed: nothing in it is ever serialised anew. */
export const DecisionRecord = z.strictObject({
  seq: z.number().int().min(1),
  at: IsoTime,
  kind: z.string().max(80),
  /** `choice`: a policy chose, and can be asked again. `fact`: something happened. */
  form: z.enum(['fact', 'choice']),
  /** JSON text. */
  body: z.string(),
  prevHash: Sha256Hex,
  hash: Sha256Hex,
})
export type DecisionRecord = z.infer<typeof DecisionRecord>

export const DecisionSummary = z.strictObject({
  ...DecisionRecord.pick({ seq: true, at: true, kind: true, form: true, hash: true }).shape,
  subjects: z.array(DecisionSubject),
  /** `null` for a fact. */
  policy: PolicyId.nullable(),
  /** What was decided or happened, in a line. */
  what: z.string().max(300),
})
export type DecisionSummary = z.infer<typeof DecisionSummary>

export const DecisionView = z.strictObject({
  record: DecisionRecord,
  /** What it was decided on; `bytes` is `null` for what is no longer kept. */
  inputs: z.array(z.strictObject({ name: z.string(), sha256: Sha256Hex, bytes: z.number().int().nullable() })),
})
export type DecisionView = z.infer<typeof DecisionView>

const Seq = z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER)
const Cursor = z
  .string()
  .regex(/^[1-9]\d{0,15}$/, 'expected the “next” of the page before')
  .nullable()
  .default(null)
const Kind = z
  .string()
  .regex(/^[a-z][a-z.-]{0,79}$/, 'expected a kind such as plan or job.completed')
  .nullable()
  .default(null)
const Limit = z.coerce.number().int().min(1).max(200).default(50)

export const decisionCalls = {
  listDecisions: call(
    z.strictObject({
      /** `job:ID`, `node:ID`, `incident:ID` or `proof:ID`. */
      about: z
        .string()
        .regex(/^(?:job|node|incident|proof):[A-Za-z0-9_-]{1,64}$/, 'expected job:ID, node:ID, incident:ID or proof:ID')
        .nullable()
        .default(null),
      kind: Kind,
      since: IsoTime.nullable().default(null),
      until: IsoTime.nullable().default(null),
      after: Cursor,
      limit: Limit,
    }),
    pageOf(DecisionSummary),
    http('GET', '/v1/decisions', 'decisions.read', 'Decisions, newest first: those about your jobs; the operator sees all of them'),
  ),
  getDecision: call(
    z.strictObject({ seq: Seq }),
    DecisionView,
    http('GET', '/v1/decisions/{seq}', 'decisions.read', 'One decision as it was hashed, and the hashes of what it was decided on'),
  ),
  getDecisionInput: call(
    z.strictObject({ seq: Seq, sha256: Sha256Hex }),
    z.strictObject({ sha256: Sha256Hex, text: z.string() }),
    http(
      'GET',
      '/v1/decisions/{seq}/inputs/{sha256}',
      'audit.read',
      'What a decision was made on, as it was hashed; only for the operator, since it holds the jobs of everybody',
    ),
  ),
  exportDecisions: call(
    z.strictObject({ kind: Kind, since: IsoTime.nullable().default(null), until: IsoTime.optional(), after: Cursor, limit: Limit }),
    pageOf(DecisionRecord),
    http('GET', '/v1/decision-log', 'audit.read', 'The whole log as it was hashed, oldest first; only for the operator'),
  ),
}
