/** What an agent and its coordinator say to each other on the agent's socket. */
import { z } from 'zod'
import { LogPiece } from './job-log.ts'
import { Lease, YieldReason } from './job.ts'
import { Presence } from './node.ts'
import { OpenChallenge } from './proof.ts'
import { proofCalls } from './proof-calls.ts'
import { Base64, Id, KeyId } from './wire.ts'

/** A number of the agent's own for what it hands in. */
const FrameId = z.number().int().nonnegative()

/** What the coordinator says on the agent's socket, one JSON object per frame. */
export const SocketToAgent = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('challenge'), nonce: Base64 }),
  z.strictObject({ type: z.literal('welcome'), lastEvent: z.number().int() }),
  z.strictObject({ type: z.literal('lease'), lease: Lease }),
  z.strictObject({ type: z.literal('cancel'), leaseId: Id, reason: z.string().max(80) }),
  /** The attempt saves where it is and ends as for its owner; its job goes on later. */
  z.strictObject({ type: z.literal('yield'), leaseId: Id, reason: YieldReason }),
  z.strictObject({ type: z.literal('events'), lastEvent: z.number().int() }),
  /** Asks for the samples behind a proof; `challenge` is the one of the connection. */
  z.strictObject({ type: z.literal('proof-challenge'), ...OpenChallenge.shape }),
  /** What was handed in is durable: what becomes of it comes as a node event. */
  z.strictObject({ type: z.literal('proof-kept'), id: FrameId }),
  /** It is not kept. `retryAfterS`: when to send it again, where the coordinator only has no room now. */
  z.strictObject({
    type: z.literal('proof-not-kept'),
    id: FrameId,
    code: z.string().max(40),
    message: z.string().max(500),
    retryAfterS: z.number().int().positive().nullable(),
  }),
])
export type SocketToAgent = z.infer<typeof SocketToAgent>

/** The subprotocol (RFC 6455 §1.9) that agents offer: in it `hello` signs {@link helloText}. Without it, as older agents come, it signs `windfall-socket-v1 SP nonce`. */
export const AGENT_SOCKET = 'windfall-socket-v2'

/**
 * What `hello` signs once per connection: the nonce, and the `host` or `host:port` that the agent has connected to. A node may work for several
 * coordinators: without the second, one of them could hand on the nonce of another and be taken for the node there.
 */
export const helloText = (nonce: string, authority: string): string => `${AGENT_SOCKET} ${nonce} ${authority.toLowerCase()}`

/** What the agent says. */
export const SocketToCoordinator = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('hello'), nodeId: KeyId, signature: Base64 }),
  z.strictObject({ type: z.literal('presence'), presence: Presence }),
  z.strictObject({ type: z.literal('log'), ...LogPiece.shape }),
  /** What the calls of the same names take, for what fits into a frame; `id` is said again in the answer. */
  z.strictObject({ type: z.literal('proof'), id: FrameId, ...proofCalls.submitProof.input.shape }),
  z.strictObject({ type: z.literal('proofs'), id: FrameId, ...proofCalls.submitProofs.input.shape }),
])
export type SocketToCoordinator = z.infer<typeof SocketToCoordinator>
