/** A receipt in a list. */
import { z } from 'zod'
import { MeterMethod } from '../domain/energy-proof.ts'
import { Id, IsoTime, KeyId, Origin, Zone } from './wire.ts'

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
