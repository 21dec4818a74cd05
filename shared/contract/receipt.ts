/** A receipt in a list. */
import { z } from 'zod'
import { MeterMethod } from '../domain/energy-proof.ts'
import { Id, IsoTime, KeyId, Origin, Sha256Hex, Zone } from './wire.ts'

export const ReceiptSummary = z.strictObject({
  receiptId: Id,
  jobId: Id,
  nodeId: KeyId,
  zone: Zone,
  issuedAt: IsoTime,
  energyWh: z.number(),
  emissionsG: z.number(),
  attributedSavingG: z.number(),
  origin: Origin,
  /** The day its grid data was recorded; `null` unless it rests on a recording. */
  recordedOn: z.string().max(40).nullable(),
  method: MeterMethod,
  leafIndex: z.number().int(),
})
export type ReceiptSummary = z.infer<typeof ReceiptSummary>

/** Which receipts are meant; what is left out does not matter. */
export const ReceiptFilters = {
  job: Id.optional(),
  node: KeyId.optional(),
  /** Of somebody else only for the operator. */
  requester: Id.optional(),
  model: z.string().min(1).max(120).optional(),
  /** And the zones inside it: `GB` and `GB-13`. */
  zone: Zone.optional(),
  receipt: Id.optional(),
  /** SHA-256 of the receipt’s body, of the output it names, or of a proof it rests on. */
  hash: Sha256Hex.optional(),
  /** Work that lies in, or reaches into, this stretch. */
  since: IsoTime.optional(),
  until: IsoTime.optional(),
}

/** What is exported, and how: a row for each interval, whole bundles in lines, or credentials (`vc+jwt`) in lines. */
export const ReceiptExport = z.strictObject({ ...ReceiptFilters, format: z.enum(['csv', 'jsonl', 'vc']).default('csv') })
export type ReceiptExport = z.infer<typeof ReceiptExport>

/** Which receipts of this machine are meant; what is left out does not matter. */
export const ReceiptSearch = {
  /** Words that all have to be part of an id, a hash, the zone or the model. */
  search: z.string().max(200).optional(),
  origin: Origin.optional(),
  /** Issued from then on, and before then. */
  since: IsoTime.optional(),
  until: IsoTime.optional(),
}
