/** What was unlikely about proofs, as owners and operators see it. */
import { z } from 'zod'
import { SoftSignalKind } from '../domain/soft-signals.ts'
import { Id, IsoTime, KeyId } from './wire.ts'

export const SoftSignalView = z.strictObject({
  signalId: Id,
  nodeId: KeyId,
  proofId: Id,
  jobId: Id,
  kind: SoftSignalKind,
  /** One sentence that the owner of the node can read. */
  message: z.string().max(500),
  at: IsoTime,
})
export type SoftSignalView = z.infer<typeof SoftSignalView>
