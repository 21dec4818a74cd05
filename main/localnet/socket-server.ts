import type { Server } from 'node:http'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Bank } from './bank.ts'
import { toJson } from './rpc.ts'
import { RPC, RpcError } from './rpc-error.ts'
import { type Wish, notificationsFor, readWish } from './subscriptions.ts'

const MAX_FRAME_BYTES = 65_536
const MAX_SUBSCRIPTIONS = 1_000

interface Subscription {
  readonly id: number
  readonly socket: WebSocket
  readonly wish: Wish
}

export interface SocketServer extends Disposable {
  /** Tells every subscriber what the slot that just passed brought. */
  readonly publish: () => void
}

interface Request {
  readonly id: unknown
  readonly method: string
  readonly params: readonly unknown[]
}

function readRequest(frame: Buffer): Request {
  let parsed: { id?: unknown; method?: unknown; params?: unknown } | null
  try {
    parsed = JSON.parse(frame.toString('utf8')) as typeof parsed
  } catch {
    throw new RpcError(RPC.parse, 'Parse error')
  }
  const { id = null, method, params = [] } = parsed ?? {}
  if (typeof method !== 'string' || !Array.isArray(params)) throw new RpcError(RPC.invalidRequest, 'Invalid request')
  return { id, method, params }
}

/** Solana's subscriptions on `server`: signature, account, slot and logs. */
export function createSocketServer(server: Server, bank: Bank): SocketServer {
  const sockets = new WebSocketServer({ server, maxPayload: MAX_FRAME_BYTES })
  const subscriptions = new Map<number, Subscription>()
  let nextId = 1
  const notify = ({ id, socket, wish }: Subscription) => {
    for (const { method, result, last } of notificationsFor(bank, wish)) {
      socket.send(toJson({ jsonrpc: '2.0', method, params: { result, subscription: id } }))
      if (last) subscriptions.delete(id)
    }
  }
  const subscribe = (socket: WebSocket, wish: Wish): Subscription => {
    if (subscriptions.size >= MAX_SUBSCRIPTIONS) throw new RpcError(RPC.invalidRequest, `At most ${MAX_SUBSCRIPTIONS} subscriptions`)
    const subscription = { id: nextId++, socket, wish }
    subscriptions.set(subscription.id, subscription)
    return subscription
  }
  const handle = (socket: WebSocket, { id, method, params }: Request) => {
    const reply = (result: unknown) => socket.send(toJson({ jsonrpc: '2.0', id, result }))
    if (method === 'ping') return reply('pong')
    if (method.endsWith('Unsubscribe')) return reply(subscriptions.get(Number(params[0]))?.socket === socket && subscriptions.delete(Number(params[0])))
    const subscription = subscribe(socket, readWish(method, params))
    reply(subscription.id)
    if (subscription.wish.kind === 'signature') notify(subscription)
  }
  sockets.on('connection', (socket) => {
    socket.on('error', () => socket.terminate())
    socket.on('close', () => {
      for (const one of subscriptions.values()) if (one.socket === socket) subscriptions.delete(one.id)
    })
    socket.on('message', (frame: Buffer) => {
      let id: unknown = null
      try {
        const request = readRequest(frame)
        id = request.id
        handle(socket, request)
      } catch (error) {
        const { code, message } = error instanceof RpcError ? error : { code: RPC.internal, message: 'Internal error' }
        socket.send(toJson({ jsonrpc: '2.0', id, error: { code, message } }))
      }
    })
  })
  return {
    publish: () => [...subscriptions.values()].forEach(notify),
    [Symbol.dispose]() {
      for (const socket of sockets.clients) socket.terminate()
      sockets.close()
    },
  }
}
