/** Coordinators that share a database, and which of them runs what there must be one of. */
import { z } from 'zod'
import { call } from './define.ts'
import { Empty, http } from './http-binding.ts'
import { IsoTime } from './wire.ts'

const ShardView = z.strictObject({
  shard: z.string().max(40),
  /** How often it has changed hands: what is begun under an earlier one can write nothing any more. */
  epoch: z.number().int().min(0),
})

const ReplicaView = z.strictObject({
  replicaId: z.string().max(128),
  /** Where it listens, as it knows it itself. */
  url: z.string().max(300),
  version: z.string().max(40),
  startedAt: IsoTime,
  seenAt: IsoTime,
  /** Whether it was seen a moment ago. */
  isThere: z.boolean(),
  /** The one that answers. */
  isThis: z.boolean(),
  shards: z.array(ShardView),
})
export type ReplicaView = z.infer<typeof ReplicaView>

/** What nodes have handed in at the coordinator that answers. */
const IntakeView = z.strictObject({
  /** What is kept and waits to be settled. */
  messages: z.number().int().min(0),
  bytes: z.number().int().min(0),
  /** What has begun to arrive and is not answered yet. */
  underway: z.number().int().min(0),
  /** How many messages the newest commit kept. */
  lastBatch: z.number().int().min(0),
})

const Wrong = z.string().max(1_000).nullable()

/** Whether the coordinator that answers should be sent requests, and what of it is wrong, in words. */
const HealthView = z.strictObject({
  isReady: z.boolean(),
  database: Wrong,
  shards: Wrong,
  draining: Wrong,
  /** That the disk of its data directory fills up: it still serves. */
  disk: Wrong.default(null),
  /** Agents that are connected to it by a socket. */
  sockets: z.number().int().min(0),
  /** Requests that it has not answered yet. */
  requests: z.number().int().min(0),
})

export const replicaCalls = {
  listReplicas: call(
    Empty,
    z.strictObject({ replicas: z.array(ReplicaView), unowned: z.array(ShardView), health: HealthView, intake: IntakeView }),
    http('GET', '/v1/replicas', 'system.read', 'The coordinators over this database and which of them runs what; for operators'),
  ),
}
