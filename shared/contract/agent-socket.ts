/** What an agent and its coordinator say to each other on the agent's socket. */
import { z } from 'zod'
import { Lease, YieldReason } from './job.ts'
import { Presence } from './node.ts'
import { OpenChallenge } from './proof.ts'
import { Base64, Id, KeyId } from './wire.ts'

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
])
export type SocketToAgent = z.infer<typeof SocketToAgent>

/** What the agent says. `hello` signs `windfall-socket-v1 SP nonce` once per connection. */
export const SocketToCoordinator = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('hello'), nodeId: KeyId, signature: Base64 }),
  z.strictObject({ type: z.literal('presence'), presence: Presence }),
])
export type SocketToCoordinator = z.infer<typeof SocketToCoordinator>
