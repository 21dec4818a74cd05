import { type RawData, WebSocket } from 'ws'
import { SocketToAgent, type SocketToCoordinator } from '../../../shared/contract/coordinator.ts'
import { messageOf } from '../../../shared/errors.ts'
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
    let welcomed = false
    const onWelcome = () => {
      welcomed = true
      deps.onState('connected', null)
    }
    let message = 'The coordinator closed the connection.'
    const onAbort = () => socket.close(1001)
    const quiet = watchSilence(socket)
    signal.addEventListener('abort', onAbort, { once: true })
    socket.on('message', (data, binary) => {
      quiet.heard()
      if (binary) return socket.close(1003)
      void receive({ ...deps, socket, onWelcome }, textOf(data)).catch((error: unknown) => {
        message = messageOf(error)
        socket.close(1008)
      })
    })
    socket.on('ping', quiet.heard)
    socket.on('error', (error) => {
      message = `The coordinator cannot be reached (${messageOf(error)}).`
    })
    socket.on('close', () => {
      quiet.stop()
      signal.removeEventListener('abort', onAbort)
      resolve({ welcomed, message })
    })
  })
}

/** A half-open connection looks alive for hours; the coordinator pings, so silence means it is gone. */
function watchSilence(socket: WebSocket): { heard: () => void; stop: () => void } {
  const timer = setTimeout(() => socket.terminate(), SILENCE_MS)
  return { heard: () => timer.refresh(), stop: () => clearTimeout(timer) }
}

const textOf = (data: RawData): string => Buffer.from(data as Buffer).toString()

interface Receiving extends Pick<SocketDeps, 'signer' | 'onFrame'> {
  readonly socket: WebSocket
  readonly onWelcome: () => void
}

async function receive({ signer, socket, onWelcome, onFrame }: Receiving, text: string): Promise<void> {
  const frame = SocketToAgent.parse(JSON.parse(text))
  if (frame.type !== 'challenge') {
    if (frame.type === 'welcome') onWelcome()
    onFrame(frame)
    return
  }
  const signature = await signer.sign(new TextEncoder().encode(`windfall-socket-v1 ${frame.nonce}`))
  const hello: SocketToCoordinator = { type: 'hello', nodeId: signer.keyId, signature: Buffer.from(signature).toString('base64') }
  socket.send(JSON.stringify(hello))
}
