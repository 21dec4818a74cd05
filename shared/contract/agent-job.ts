/** A job on the machine that works on it. */
import { z } from 'zod'
import { MeterMethod } from '../domain/energy-proof.ts'
import { DecimalString, Id, IsoTime, RuntimeName, Sha256Hex, Window } from './wire.ts'

export const AgentJob = z.strictObject({
  jobId: Id,
  attemptId: Id,
  leaseId: Id,
  name: z.string(),
  kind: z.string(),
  runtime: RuntimeName,
  /** `given-back`: its run is proven and the job goes on elsewhere or later; it is paid when the job is finished. */
  state: z.enum([
    'leased',
    'waiting',
    'preparing',
    'running',
    'collecting',
    'proving',
    'submitted',
    'accepted',
    'given-back',
    'refused',
    'failed',
    'cancelled',
    'lost',
  ]),
  /** Why it waits, failed or was refused: a stable code and a sentence. */
  code: z.string().nullable(),
  message: z.string().nullable(),
  progress: z.number().min(0).max(1).nullable(),
  receivedAt: IsoTime,
  startedAt: IsoTime.nullable(),
  endedAt: IsoTime.nullable(),
  window: Window,
  expectedSeconds: z.number(),
  joules: z.number().nullable(),
  method: MeterMethod.nullable(),
  uncertaintyPct: z.number().nullable(),
  proofId: Id.nullable(),
  receiptId: Id.nullable(),
  microUsd: DecimalString.nullable(),
})
export type AgentJob = z.infer<typeof AgentJob>

/** A job at work. Energy, method and uncertainty are of what was metered so far. */
export const RunningJob = AgentJob.extend({
  /** What it works on, by device id. */
  deviceIds: z.array(Sha256Hex),
})
export type RunningJob = z.infer<typeof RunningJob>
