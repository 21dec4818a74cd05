/** The frames of the agent's loopback WebSocket, one JSON object each. Where it is and who may connect: `bridge.ts`. */
import { z } from 'zod'

const FrameId = z.number().int().min(0)

/** A window asks. It is answered by the same id, in whatever order the calls end. */
export const RpcCall = z.strictObject({ id: FrameId, call: z.string().max(64), input: z.unknown() })
export type RpcCall = z.infer<typeof RpcCall>

/** The agent answers with a value or a problem (RFC 9457), or tells an event nobody asked for. */
export const RpcReply = z.union([
  z.strictObject({ id: FrameId, value: z.unknown() }),
  z.strictObject({ id: FrameId, problem: z.looseObject({ status: z.number() }) }),
  z.strictObject({ event: z.string(), payload: z.unknown() }),
])
export type RpcReply = z.infer<typeof RpcReply>
