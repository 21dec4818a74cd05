import type { IncomingMessage, Server } from 'node:http'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Bank } from './bank.ts'
import { isLocal } from './http-server.ts'
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

/** Who wants to hear what. */
function createHub(bank: Bank) {
  const subscriptions = new Map<number, Subscription>()
  let nextId = 1
  const notify = ({ id, socket, wish }: Subscription) => {
    for (const { method, result, last } of notificationsFor(bank, wish)) {
      socket.send(toJson({ jsonrpc: '2.0', method, params: { result, subscription: id } }))
      if (last) subscriptions.delete(id)
    }
  }
  return {
    notify,
    publish: () => [...subscriptions.values()].forEach(notify),
    add(socket: WebSocket, wish: Wish): Subscription {
      if (subscriptions.size >= MAX_SUBSCRIPTIONS) throw new RpcError(RPC.invalidRequest, `At most ${MAX_SUBSCRIPTIONS} subscriptions`)
      const subscription = { id: nextId++, socket, wish }
      subscriptions.set(subscription.id, subscription)
      return subscription
    },
    remove: (socket: WebSocket, id: number) => subscriptions.get(id)?.socket === socket && subscriptions.delete(id),
    forget(socket: WebSocket) {
      for (const one of subscriptions.values()) if (one.socket === socket) subscriptions.delete(one.id)
    },
  }
}

function handle(hub: ReturnType<typeof createHub>, socket: WebSocket, { id, method, params }: Request): void {
  const reply = (result: unknown) => socket.send(toJson({ jsonrpc: '2.0', id, result }))
  if (method === 'ping') return reply('pong')
  if (method.endsWith('Unsubscribe')) return reply(hub.remove(socket, Number(params[0])))
  const subscription = hub.add(socket, readWish(method, params))
  reply(subscription.id)
  if (subscription.wish.kind === 'signature') hub.notify(subscription)
}

function converse(hub: ReturnType<typeof createHub>, socket: WebSocket, frame: Buffer): void {
  let id: unknown = null
  try {
    const request = readRequest(frame)
    id = request.id
    handle(hub, socket, request)
  } catch (error) {
    const { code, message } = error instanceof RpcError ? error : { code: RPC.internal, message: 'Internal error' }
    socket.send(toJson({ jsonrpc: '2.0', id, error: { code, message } }))
  }
}

/** Solana's subscriptions on `server`: signature, account, slot and logs. */
export function createSocketServer(server: Server, bank: Bank): SocketServer {
  const sockets = new WebSocketServer({ server, maxPayload: MAX_FRAME_BYTES, verifyClient: ({ req }: { req: IncomingMessage }) => isLocal(req) })
  const hub = createHub(bank)
  // It repeats the server's errors; whoever asked the server to listen hears of them there, and unheard ones would end the process.
  sockets.on('error', () => undefined)
  sockets.on('connection', (socket) => {
    socket.on('error', () => socket.terminate())
    socket.on('close', () => hub.forget(socket))
    socket.on('message', (frame: Buffer) => converse(hub, socket, frame))
  })
  return {
    publish: hub.publish,
    [Symbol.dispose]() {
      for (const socket of sockets.clients) socket.terminate()
      sockets.close()
    },
  }
}
