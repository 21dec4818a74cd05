/** The log of receipts: RFC 9162 proofs over HTTP, for anyone; what is in a receipt is for those it belongs to. */
import { z } from 'zod'
import { Anchor, MAX_PROOFS } from '../domain/carbon-receipt.ts'
import { call } from './define.ts'
import { http } from './http-binding.ts'
import { Base64, Envelope, Id, IsoTime, PublicJwk } from './wire.ts'

const size = z.coerce.number().int().min(0)
const Hash = Base64.length(44)
/** A path through a tree of up to 2^53 leaves. */
const Path = z.array(Hash).max(128)

/** Leaves in one page. */
export const MAX_LEAVES = 1_000
/** Receipts in one page. */
const MAX_ENTRIES = 200

/** Everything a receipt rests on, beside its place in the log. */
export const ReceiptEvidence = z.strictObject({
  receipt: Envelope,
  proofs: z.array(Envelope).min(1).max(MAX_PROOFS),
  keys: z.array(PublicJwk).min(1).max(256),
  rotations: z.array(Envelope),
})
export type ReceiptEvidence = z.infer<typeof ReceiptEvidence>

export const LogEntry = z.strictObject({
  leafIndex: z.number().int().min(0),
  /** `null` for the receipt of somebody else’s job. */
  evidence: ReceiptEvidence.nullable(),
})
export type LogEntry = z.infer<typeof LogEntry>

export const LogAnchor = z.strictObject({
  treeSize: z.number().int().min(1),
  memo: z.string().max(600),
  plannedAt: IsoTime,
  /** The final transaction that holds the memo; `null` while there is none. */
  anchor: Anchor.nullable(),
})
export type LogAnchor = z.infer<typeof LogAnchor>

export const logCalls = {
  treeHead: call(
    z.strictObject({ size: size.optional(), signed: z.literal('now').optional() }),
    z.strictObject({ treeHead: Envelope }),
    http('GET', '/v1/log/head', 'public', 'A signed tree head: the newest, the one of a size, or (signed=now) one signed for this answer'),
  ),
  logInclusion: call(
    z.strictObject({ receipt: Id.optional(), leaf: size.optional(), hash: Hash.optional(), size: z.coerce.number().int().min(1).optional() }),
    z.strictObject({
      leafIndex: z.number().int().min(0),
      treeSize: z.number().int().min(1),
      hashes: Path,
      /** `null` if none was signed for this size. */
      treeHead: Envelope.nullable(),
    }),
    http('GET', '/v1/log/inclusion', 'public', 'Proof that a receipt, named by its id, its leaf or its leaf hash, is in the log of a size (RFC 9162 §2.1.3)'),
  ),
  logConsistency: call(
    z.strictObject({ from: z.coerce.number().int().min(1), to: z.coerce.number().int().min(1) }),
    z.strictObject({ hashes: Path }),
    http('GET', '/v1/log/consistency', 'public', 'Proof that the log of one size is the beginning of the log of another (RFC 9162 §2.1.4)'),
  ),
  logLeaves: call(
    z.strictObject({ from: size.default(0), limit: z.coerce.number().int().min(1).max(MAX_LEAVES).default(MAX_LEAVES) }),
    z.strictObject({
      hashes: z.array(Hash).max(MAX_LEAVES),
      /** Every head that was signed as the log grew by these leaves, smallest first. */
      heads: z.array(Envelope).max(MAX_LEAVES),
      next: z.number().int().nullable(),
    }),
    http('GET', '/v1/log/leaves', 'public', 'Hashes of the leaves of the log, in order, and the heads signed over them'),
  ),
  logEntries: call(
    z.strictObject({ from: size.default(0), limit: z.coerce.number().int().min(1).max(MAX_ENTRIES).default(MAX_ENTRIES) }),
    z.strictObject({ items: z.array(LogEntry).max(MAX_ENTRIES), next: z.number().int().nullable() }),
    http('GET', '/v1/log/entries', 'receipts.read', 'The receipts of the log, in order, with what they rest on: those of your jobs, for operators all'),
  ),
  logHeads: call(
    z.strictObject({ after: size.optional(), limit: z.coerce.number().int().min(1).max(MAX_LEAVES).default(MAX_LEAVES) }),
    z.strictObject({ items: z.array(Envelope).max(MAX_LEAVES), next: z.number().int().nullable() }),
    http('GET', '/v1/log/heads', 'public', 'The heads that were signed because an epoch had begun, oldest first'),
  ),
  logAnchors: call(
    z.strictObject({ after: size.optional(), limit: z.coerce.number().int().min(1).max(MAX_LEAVES).default(MAX_LEAVES) }),
    z.strictObject({ items: z.array(LogAnchor).max(MAX_LEAVES), next: z.number().int().nullable() }),
    http('GET', '/v1/log/anchors', 'public', 'The memos that anchor the log on chain, smallest tree first'),
  ),
}
