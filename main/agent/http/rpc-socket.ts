import type { RawData, WebSocket } from 'ws'
import { type Server, parse } from '../../../shared/contract/define.ts'
import { RpcCall, type RpcReply } from '../../../shared/contract/rpc.ts'
import { WindfallError, messageOf, toProblem } from '../../../shared/errors.ts'
import type { Logger } from '../../kernel/log.ts'
import { parseJson } from './api-call.ts'

/** A window asks a handful of things at a time; more is a loop gone wild. */
const MAX_CALLS_IN_FLIGHT = 64
/** A client that reads slower than this is cut off: it reconnects and asks afresh, and we never queue without end. */
const MAX_BUFFERED_BYTES = 4 * 1024 * 1024

const CLOSE = { badFrame: 1008, tooSlow: 1013 } as const

/** Serves calls over one authenticated WebSocket until it closes. */
export function serveSocket(socket: WebSocket, server: Server<undefined>, log: Pick<Logger, 'warn' | 'error'>): void {
  let inFlight = 0
  socket.on('error', (error) => log.warn({ reason: error.message }, 'window connection failed'))
  socket.on('message', (data, binary) => {
    const frame = binary ? null : readFrame(data)
    if (frame === null || inFlight >= MAX_CALLS_IN_FLIGHT) return socket.close(CLOSE.badFrame)
    inFlight++
    const reply = async () => {
      send(socket, JSON.stringify(await answer(frame, server, log)))
      inFlight--
    }
    void reply()
  })
}

/** Sends unless the other side is gone; cuts it off when it no longer reads. */
export function send(socket: WebSocket, text: string): void {
  if (socket.readyState !== socket.OPEN) return
  if (socket.bufferedAmount > MAX_BUFFERED_BYTES) {
    socket.close(CLOSE.tooSlow)
    return socket.terminate()
  }
  socket.send(text)
}

async function answer({ id, call, input }: RpcCall, server: Server<undefined>, log: Pick<Logger, 'error'>): Promise<RpcReply> {
  try {
    return { id, value: await server.dispatch(call, input, undefined) }
  } catch (error) {
    if (!(error instanceof WindfallError)) log.error({ call, reason: messageOf(error) }, 'a call failed')
    return { id, problem: { ...toProblem(error) } }
  }
}

/** `ws` hands over text as one Buffer unless told otherwise. */
function readFrame(data: RawData): RpcCall | null {
  try {
    return parse(RpcCall, parseJson((data as Buffer).toString('utf8')), 'frame')
  } catch {
    return null
  }
}
