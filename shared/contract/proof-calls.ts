/** How a node hands in what it has proven. */
import { z } from 'zod'
import { MAX_BATCH } from '../domain/proof-batch.ts'
import { call } from './define.ts'
import { http } from './http-binding.ts'
import { Base64, Envelope, Id } from './wire.ts'

const MAX_OUTPUT_CHARACTERS = 22_400_000
const held = { leaseId: Id, token: z.number().int().positive() }

/** What became of one proof. `waiting`: nothing yet, and a node event says so when it has. */
export const ProofVerdict = z.discriminatedUnion('state', [
  z.strictObject({ state: z.literal('accepted'), proofId: Id, jobId: Id, receiptId: Id.nullable() }),
  z.strictObject({ state: z.literal('refused'), proofId: Id, jobId: Id, code: z.string().max(40), message: z.string().max(500) }),
  /** Not looked at, because one before it in the chain was refused: it needs another place, and so another signature. */
  z.strictObject({ state: z.literal('unread'), proofId: Id, jobId: Id }),
  z.strictObject({ state: z.literal('waiting'), proofId: Id, jobId: Id }),
])
export type ProofVerdict = z.infer<typeof ProofVerdict>

export const proofCalls = {
  giveBack: call(
    z.strictObject({
      ...held,
      /** A proof whose `outputSha256` is that of the checkpoint which was handed over under this lease. */
      envelope: Envelope,
      reason: z.string().max(80),
      message: z.string().max(500),
    }),
    z.strictObject({ proofId: Id, jobId: Id }),
    http(
      'POST',
      '/v1/leases/{leaseId}/give-back',
      'any-node',
      'Give a job back with a signed energy proof of its run: paid when the job is finished or its requester cancels it, unpaid if it fails or expires',
    ),
  ),
  submitProof: call(
    z.strictObject({ ...held, envelope: Envelope, output: Base64.max(MAX_OUTPUT_CHARACTERS) }),
    /** No receipt yet where the caller preferred not to wait for it: then a node event names it, or says why there is none. */
    z.strictObject({ proofId: Id, jobId: Id, receiptId: Id.nullable() }),
    http('POST', '/v1/proofs', 'any-node', 'Submit a signed energy proof with the output it covers; with “Prefer: respond-async”, answered once it is kept'),
  ),
  submitProofs: call(
    z.strictObject({
      /** A signed `ProofBatch`. */
      batch: Envelope,
      /** The outputs that its items of kind `proof` cover, in their order. */
      outputs: z.array(Base64.max(MAX_OUTPUT_CHARACTERS)).max(MAX_BATCH),
    }),
    /** In the order of the batch. */
    z.strictObject({ verdicts: z.array(ProofVerdict).max(MAX_BATCH) }),
    http(
      'POST',
      '/v1/proofs/batch',
      'any-node',
      'Submit up to 64 energy proofs under one more signature; with “Prefer: respond-async”, answered once they are kept',
    ),
  ),
}
