/** The machines of one owner, seen together. */
import { z } from 'zod'
import { DecimalString, Id, IsoTime, KeyId, Zone } from './wire.ts'

/** A machine as every machine of its owner sees it. */
const FleetNode = z.strictObject({
  nodeId: KeyId,
  joinedAt: IsoTime,
  /** `unknown`: the coordinator has started anew and has not heard of it yet. */
  state: z.enum(['online', 'offline', 'unknown', 'quarantined']),
  /** Whether it would start a job now; `null` unless it is online. */
  ready: z.boolean().nullable(),
  /** Why it is not, as it said last. */
  reasons: z.array(z.string().max(300)).max(32),
  running: z.number().int().min(0),
  /** Since it was heard last; `null` if that was before the coordinator started. */
  ageMs: z.number().int().min(0).nullable(),
  zone: Zone.nullable(),
  os: z.string().nullable(),
  arch: z.string().nullable(),
  agentVersion: z.string().nullable(),
  gpus: z.array(z.string()),
  /** The share of each hour of the UTC week, from Monday 00:00 on, in which it may work, as learned; `null` while too little is known. */
  availability: z.array(z.number().min(0).max(1)).length(168).nullable().default(null),
  /** By receipts issued and earnings booked since midnight UTC. */
  today: z.strictObject({ energyWh: z.number(), microUsd: DecimalString }),
})
export const FleetView = z.strictObject({ fleetId: Id, self: KeyId, since: IsoTime, nodes: z.array(FleetNode) })
export type FleetView = z.infer<typeof FleetView>
