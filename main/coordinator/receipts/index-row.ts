import type { Envelope } from '../../../shared/contract/wire.ts'
import { gpuHoursOf } from '../../../shared/domain/carbon.ts'
import type { CarbonReceipt } from '../../../shared/domain/carbon-receipt.ts'
import type { EnergyProof } from '../../../shared/domain/energy-proof.ts'
import { fromIso } from '../../../shared/units.ts'
import { sha256Hex } from '../../kernel/signing.ts'
import type { Schema } from '../persistence/database.ts'

type IndexRow = Pick<Schema['receipt'], 'model_id' | 'body_sha256' | 'output_sha256' | 'started_at' | 'ended_at' | 'gpu_hours'>

const bodyOf = ({ payload }: Envelope): Buffer => Buffer.from(payload, 'base64')
const parsed = (body: Buffer): unknown => JSON.parse(body.toString('utf8'))

/** A model name as a column holds it: PostgreSQL has no character 0 in texts, and whoever submits a job names the model. */
export const modelColumn = (modelId: string): string => modelId.replaceAll('\0', '')

/** What a receipt of ours is found by and summed over. Takes it at its word: it has just been signed. */
export function indexRowOf(envelope: Envelope, proofs: readonly Envelope[]): IndexRow {
  const body = bodyOf(envelope)
  const { subject, predicate } = parsed(body) as CarbonReceipt
  const times = predicate.intervals.flatMap(({ from, to }) => [fromIso(from), fromIso(to)])
  return {
    model_id: predicate.modelId === null ? null : modelColumn(predicate.modelId),
    body_sha256: sha256Hex(body),
    output_sha256: subject[0].digest.sha256,
    started_at: Math.min(...times),
    ended_at: Math.max(...times),
    gpu_hours: gpuHoursOf(proofs.map((proof) => parsed(bodyOf(proof)) as EnergyProof)),
  }
}
