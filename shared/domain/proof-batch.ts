/** Several energy proofs of one node under one more signature, which is all that has to be checked when they arrive. */
import { z } from 'zod'
import { Envelope, Id, KeyId } from '../contract/wire.ts'

export const PROOF_BATCH_TYPE = 'application/vnd.windfall.proof-batch.v1+json'

/** Proofs in one batch. */
export const MAX_BATCH = 64

const held = { leaseId: Id, token: z.number().int().positive(), envelope: Envelope }

/** What is handed in with a proof: the output comes beside the batch, a run that is given back says why. */
const BatchItem = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('proof'), ...held }),
  z.strictObject({ kind: z.literal('given-back'), ...held, reason: z.string().max(80), message: z.string().max(500) }),
])
export type BatchItem = z.infer<typeof BatchItem>

/** The body that is signed. Every proof is an envelope of its own, as ever, and the items are in the order of the node's chain. */
export const ProofBatch = z.strictObject({ v: z.literal(1), nodeId: KeyId, items: z.array(BatchItem).min(1).max(MAX_BATCH) })
export type ProofBatch = z.infer<typeof ProofBatch>
