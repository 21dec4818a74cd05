/** What nodes and requesters ask about jobs while they run. */
import { z } from 'zod'
import { call } from './define.ts'
import { Empty, http } from './http-binding.ts'
import { JobLog, LogPiece, LogQuestion } from './job-log.ts'
import { YieldReason } from './job.ts'
import { Presence } from './node.ts'
import { Id } from './wire.ts'

/** What is wanted of running attempts. */
export const Orders = z.strictObject({
  lost: z.array(Id),
  cancelled: z.array(Id),
  /** Attempts that are to save where they are and end, because their jobs go on later. */
  yields: z
    .array(z.strictObject({ leaseId: Id, reason: YieldReason }))
    .max(64)
    .default([]),
})
export type Orders = z.infer<typeof Orders>

/** Below the time after which a request counts as failed. */
const MAX_WAIT_MS = 15_000

export const runCalls = {
  awaitOrders: call(
    z.strictObject({ running: Presence.shape.running, waitMs: z.number().int().min(0).max(MAX_WAIT_MS) }),
    Orders,
    http('POST', '/v1/orders', 'node', 'Renew held leases and wait until one of them is to end, for a node that no socket reaches'),
  ),
  appendLog: call(LogPiece, Empty, http('POST', '/v1/leases/{leaseId}/log', 'node', 'Hand over what a job says (fallback of the socket)')),
  getJobLog: call(LogQuestion, JobLog, http('GET', '/v1/jobs/{jobId}/log', 'jobs.read', 'What an attempt of a job said, from a position on')),
}
