/** Accepted energy proofs as a requester sees them, and the challenges that ask a node for the samples behind one. */
import { z } from 'zod'
import { EnergyProof, MeterMethod } from '../domain/energy-proof.ts'
import { SoftSignalView } from './soft-signal.ts'
import { Base64, Id, IsoTime, KeyId, Sha256Hex } from './wire.ts'

/** Why the samples were asked for: by chance, a requester wanted them, or something about the proof is unlikely. */
export const ChallengeCause = z.enum(['random', 'requested', 'unlikely'])
export type ChallengeCause = z.infer<typeof ChallengeCause>

/**
 * `asked` waits for the node · `valid` the samples give what the proof says · `mismatch` they do not · `refused` the node says that it
 * cannot give them, or has them only as an older version recorded them · `overdue` it was there and did not answer.
 */
export const ChallengeState = z.enum(['asked', 'valid', 'mismatch', 'refused', 'overdue'])
export type ChallengeState = z.infer<typeof ChallengeState>

const Quantity = z.union([z.number(), z.string().max(200)]).nullable()
/** One figure of the proof beside what its samples give when they are integrated again. */
export const ChallengeFigure = z.strictObject({ name: z.string().max(80), claimed: Quantity, found: Quantity, agrees: z.boolean() })
export type ChallengeFigure = z.infer<typeof ChallengeFigure>

export const ChallengeView = z.strictObject({
  challengeId: Id,
  proofId: Id,
  nodeId: KeyId,
  cause: ChallengeCause,
  state: ChallengeState,
  askedAt: IsoTime,
  /** Until when the node has to answer; `null` once it has, and while it is offline: being offline is no failure. */
  deadlineAt: IsoTime.nullable(),
  endedAt: IsoTime.nullable(),
  /** What came of it, in words. */
  message: z.string().max(500),
  figures: z.array(ChallengeFigure).max(2_100),
})
export type ChallengeView = z.infer<typeof ChallengeView>

/**
 * A run of a job that was given back is paid when the job is finished, or its requester cancels it. It is not paid if the job `failed`, `expired`,
 * or came to a `wrong` result and began again: nobody pays for work that is of no use to them. A result that is compared with others is not paid if it
 * `differs` from those that agree, or if so few agree that it stays `undecided`.
 */
export const UnpaidCause = z.enum(['failed', 'expired', 'wrong', 'differs', 'undecided'])
export type UnpaidCause = z.infer<typeof UnpaidCause>

export const ProofSummary = z.strictObject({
  proofId: Id,
  nodeId: KeyId,
  jobId: Id,
  /** `null` until its job has ended, and for good if the run is not paid. */
  receiptId: Id.nullable(),
  /** Why the run is not paid; `null` if it is, or will be when its job is finished. */
  unpaid: UnpaidCause.nullable().default(null),
  acceptedAt: IsoTime,
  method: MeterMethod,
  boardJ: z.number(),
  uncertaintyPct: z.number(),
  /** State of the newest challenge, `null` if nobody asked. */
  challenge: ChallengeState.nullable(),
})
export type ProofSummary = z.infer<typeof ProofSummary>

export const ProofView = z.strictObject({
  ...ProofSummary.shape,
  bodySha256: Sha256Hex,
  proof: EnergyProof,
  /** Newest first. */
  challenges: z.array(ChallengeView),
  /** What is unlikely about it: nothing is refused or unpaid for that. */
  signals: z.array(SoftSignalView).default([]),
})
export type ProofView = z.infer<typeof ProofView>

/** A challenge that waits for a node's answer. */
export const OpenChallenge = z.strictObject({ challengeId: Id, proofId: Id })
export type OpenChallenge = z.infer<typeof OpenChallenge>

/** More than a node is ever asked for at once. */
export const MAX_OPEN_CHALLENGES = 32
/** Compressed, a day of two devices at 10 Hz still fits. */
export const MAX_COMPRESSED_LOG_BYTES = 24 * 1_048_576
/** In base64. */
const MAX_LOG_CHARACTERS = (MAX_COMPRESSED_LOG_BYTES / 3) * 4

export const ChallengeAnswer = z.strictObject({
  /** The sample log, gzip (RFC 1952) in base64, or `null` if it cannot be given. */
  log: Base64.max(MAX_LOG_CHARACTERS).nullable(),
  /** Why not, in words; `null` with a log. */
  reason: z.string().min(1).max(300).nullable(),
})
export type ChallengeAnswer = z.infer<typeof ChallengeAnswer>
