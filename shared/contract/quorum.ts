/** How a requester says that the result of a job is to be believed: how many have to agree, and what that means. */
import { z } from 'zod'
import { Id, IsoTime, KeyId, Sha256Hex } from './wire.ts'

/** As many results as may have to agree. */
export const MAX_QUORUM = 5
/** A job is given up after so many results that do not agree. */
export const MAX_RESULTS = 10
/** What is compared number by number is held in memory: outputs of such a job are no larger. */
export const MAX_COMPARED_BYTES = 4_194_304

const Bound = z.number().min(0).max(1e300)

/**
 * When two outputs say the same. `exact`: byte for byte. `tolerance`: every number of the one is within `max(absolute, relative × the larger of the two)` of
 * that in the same place of the other, and everything else is the same; NaN is only like NaN, and an infinity only like itself. `float32-le`: the file is
 * nothing but 32-bit numbers, little-endian. `json-numbers`: one JSON value. `csv`: RFC 4180, where a cell that reads as a number is one.
 */
export const Compare = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('exact') }),
  z.strictObject({ kind: z.literal('tolerance'), absolute: Bound, relative: z.number().min(0).max(1), format: z.enum(['float32-le', 'json-numbers', 'csv']) }),
])
export type Compare = z.infer<typeof Compare>

/**
 * With 1 result it is the coordinator that has a node's results repeated, at its own expense, until it trusts the node. More are results of nodes of
 * different owners that the requester wants to agree, and pays for, each as much as one. Without it, nothing is repeated: nothing is known of how two
 * results of the job compare.
 */
export const Quorum = z.strictObject({
  results: z.number().int().min(1).max(MAX_QUORUM),
  /** The job has failed when so many results are there and too few of them agree; left out: two more than have to agree. */
  atMost: z.number().int().min(1).max(MAX_RESULTS).optional(),
  compare: Compare.default({ kind: 'exact' }),
})
export type Quorum = z.infer<typeof Quorum>

/** Where a job stands whose results are compared. */
export const QuorumView = z.strictObject({
  /** So many have to agree. */
  wanted: z.number().int().min(1),
  /** The largest number of results so far that agree with each other. */
  agree: z.number().int().min(0),
  atMost: z.number().int().min(1),
  /** `coordinator`: who repeats the job at its own expense, until `until`; then the first result counts. */
  askedBy: z.enum(['requester', 'coordinator']),
  until: IsoTime.nullable(),
  results: z.array(
    z.strictObject({
      nodeId: KeyId,
      proofId: Id,
      outputSha256: Sha256Hex,
      at: IsoTime,
      /** `waiting`: for others to agree with it, or not. `unconfirmed`: it counted although nobody repeated it. `undecided`: too few agreed with any. */
      verdict: z.enum(['waiting', 'agrees', 'differs', 'unconfirmed', 'undecided']),
    }),
  ),
})
export type QuorumView = z.infer<typeof QuorumView>
