import { WebSocket } from 'ws'
import { RPC_PATH, RPC_PROTOCOL } from '../../shared/contract/bridge.ts'
import type { Transport } from '../../shared/contract/define.ts'
import { type RpcCall, RpcReply } from '../../shared/contract/rpc.ts'
import { WindfallError, fromProblem } from '../../shared/errors.ts'

const MAX_REPLY_BYTES = 16 * 1024 * 1024
const HANDSHAKE_MS = 3_000

type Waiting = PromiseWithResolvers<unknown>

export interface RpcClient {
  readonly invoke: Transport['invoke']
  /** Settles when the connection is gone, however it went. */
  readonly closed: Promise<void>
  readonly close: () => void
}

export const notRunning = () => new WindfallError('instance.missing', 'Windfall is not running. Start it with “windfall up”; this window connects by itself.')

/**
 * Connects to the `/rpc` WebSocket of a running agent. Calls still open when the connection ends are rejected.
 * Error: `instance.missing` when nobody answers there or the token is refused.
 */
export function openRpc({ url, token }: { url: string; token: string }, onEvent: (event: string, payload: unknown) => void): Promise<RpcClient> {
  const socket = new WebSocket(`${url.replace(/^http/, 'ws')}${RPC_PATH}`, [RPC_PROTOCOL, `token.${token}`], {
    origin: url,
    handshakeTimeout: HANDSHAKE_MS,
    maxPayload: MAX_REPLY_BYTES,
    perMessageDeflate: false,
  })
  const waiting = new Map<number, Waiting>()
  const closed = Promise.withResolvers<void>()
  socket.on('message', (data) => settle((data as Buffer).toString('utf8'), waiting, onEvent))
  socket.on('close', () => {
    for (const call of waiting.values()) call.reject(notRunning())
    waiting.clear()
    closed.resolve()
  })
  return new Promise((resolve, reject) => {
    socket.on('error', () => reject(notRunning()))
    socket.on('open', () => resolve({ invoke: invoker(socket, waiting), closed: closed.promise, close: () => socket.terminate() }))
  })
}

function invoker(socket: WebSocket, waiting: Map<number, Waiting>): Transport['invoke'] {
  let last = 0
  return (name, input) => {
    if (socket.readyState !== socket.OPEN) return Promise.reject(notRunning())
    const call = Promise.withResolvers<unknown>()
    waiting.set(++last, call)
    socket.send(JSON.stringify({ id: last, call: name, input } satisfies RpcCall))
    return call.promise
  }
}

function settle(text: string, waiting: Map<number, Waiting>, onEvent: (event: string, payload: unknown) => void): void {
  const reply = readReply(text)
  if (reply === null) return
  if ('event' in reply) return onEvent(reply.event, reply.payload)
  const call = waiting.get(reply.id)
  waiting.delete(reply.id)
  if ('problem' in reply) call?.reject(fromProblem(reply.problem.status, reply.problem))
  else call?.resolve(reply.value)
}

function readReply(text: string): RpcReply | null {
  try {
    return RpcReply.parse(JSON.parse(text))
  } catch {
    return null
  }
}
