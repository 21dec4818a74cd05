import { type RawData, WebSocket } from 'ws'
import { SocketToAgent, type SocketToCoordinator } from '../../../shared/contract/coordinator.ts'
import { WindfallError, messageOf } from '../../../shared/errors.ts'
import { backoffMs } from '../../kernel/backoff.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Signer } from '../../kernel/signing.ts'

export interface SocketDeps {
  readonly coordinatorUrl: string
  readonly signer: Signer
  readonly clock: Clock
  readonly random: () => number
  readonly onState: (state: 'connected' | 'connecting' | 'offline', message: string | null) => void
  readonly onFrame: (frame: SocketToAgent) => void
}

const MAX_FRAME_BYTES = 65_536
const SILENCE_MS = 60_000
const GOODBYE_MS = 1_000
/** Spreads a fleet that lost the same coordinator at the same moment. */
const RECONNECT = { baseMs: 500, maxMs: 30_000 }

/** Keeps one authenticated socket to the coordinator open; reconnects with full jitter. */
export async function runSocket(deps: SocketDeps, signal: AbortSignal): Promise<void> {
  let failures = 0
  do {
    deps.onState('connecting', null)
    const outcome = await connectOnce(deps, signal)
    if (signal.aborted) return
    failures = outcome.welcomed ? 0 : failures + 1
    deps.onState('offline', outcome.message)
  } while (await deps.clock.sleep(backoffMs(failures, deps.random(), RECONNECT) + 100, signal))
}

interface Outcome {
  readonly welcomed: boolean
  readonly message: string
}

const socketUrl = (coordinatorUrl: string): string => new URL('/v1/agents/socket', coordinatorUrl.replace(/^http/, 'ws')).href

function connectOnce(deps: SocketDeps, signal: AbortSignal): Promise<Outcome> {
  return new Promise((resolve) => {
    const socket = new WebSocket(socketUrl(deps.coordinatorUrl), {
      maxPayload: MAX_FRAME_BYTES,
      perMessageDeflate: false,
      handshakeTimeout: 10_000,
      followRedirects: false,
    })
    const closed = new AbortController()
    let welcomed = false
    let message = 'The coordinator closed the connection.'
    const onWelcome = () => {
      welcomed = true
      deps.onState('connected', null)
    }
    const heard = watchSilence(socket, deps.clock, closed.signal)
    const onAbort = () => void leave(socket, deps.clock, closed.signal)
    signal.addEventListener('abort', onAbort, { once: true })
    socket.on('message', (data, binary) => {
      heard()
      if (binary) return socket.close(1003)
      void receive({ ...deps, socket, onWelcome }, textOf(data)).catch((error: unknown) => {
        message = messageOf(error)
        socket.close(1008)
      })
    })
    socket.on('ping', heard)
    socket.on('error', (error) => {
      message = `The coordinator cannot be reached (${messageOf(error)}).`
    })
    socket.on('close', () => {
      closed.abort()
      signal.removeEventListener('abort', onAbort)
      resolve({ welcomed, message })
    })
  })
}

/** A half-open connection looks alive for hours; the coordinator pings, so silence means it is gone. Returns what to call on every sign of life. */
function watchSilence(socket: WebSocket, clock: Clock, closed: AbortSignal): () => void {
  let heardAt = clock.monotonic()
  const quietMs = () => clock.monotonic() - heardAt
  const watch = async () => {
    while (await clock.sleep(SILENCE_MS - quietMs(), closed)) if (quietMs() >= SILENCE_MS) return socket.terminate()
  }
  void watch()
  return () => {
    heardAt = clock.monotonic()
  }
}

/** Says goodbye, and does not wait long for an answer. */
async function leave(socket: WebSocket, clock: Clock, closed: AbortSignal): Promise<void> {
  socket.close(1001)
  if (await clock.sleep(GOODBYE_MS, closed)) socket.terminate()
}

const textOf = (data: RawData): string => Buffer.from(data as Buffer).toString()

function parseFrame(text: string): SocketToAgent {
  try {
    return SocketToAgent.parse(JSON.parse(text))
  } catch (error) {
    throw new WindfallError('internal', 'The coordinator said something that this version does not understand. Bring both to the same version.', {
      cause: error,
    })
  }
}

interface Receiving extends Pick<SocketDeps, 'signer' | 'onFrame'> {
  readonly socket: WebSocket
  readonly onWelcome: () => void
}

async function receive({ signer, socket, onWelcome, onFrame }: Receiving, text: string): Promise<void> {
  const frame = parseFrame(text)
  if (frame.type !== 'challenge') {
    if (frame.type === 'welcome') onWelcome()
    onFrame(frame)
    return
  }
  const signature = await signer.sign(new TextEncoder().encode(`windfall-socket-v1 ${frame.nonce}`))
  const hello: SocketToCoordinator = { type: 'hello', nodeId: signer.keyId, signature: Buffer.from(signature).toString('base64') }
  socket.send(JSON.stringify(hello))
}
