import http from 'node:http'
import https from 'node:https'
import { type RawData, WebSocket } from 'ws'
import { AGENT_SOCKET, SocketToAgent, type SocketToCoordinator, helloText } from '../../../shared/contract/agent-socket.ts'
import { WindfallError, messageOf } from '../../../shared/errors.ts'
import type { Clock } from '../../kernel/clock.ts'
import { clientCertificate } from '../../kernel/client-certificate.ts'
import { isLoopback } from '../../kernel/proxy.ts'
import type { Signer } from '../../kernel/signing.ts'
import { tlsProblem } from '../../kernel/tls-words.ts'
import { RESTART, type Tries, reconnectMs } from './reconnect.ts'

/** The connection as others use it. */
export interface SocketLine {
  /** Says something to the coordinator; `null` while it would not be heard. */
  say: ((frame: SocketToCoordinator) => void) | null
  /** How much of what was said has not gone out yet. */
  unsentBytes?: () => number
}

export interface SocketDeps {
  readonly line: SocketLine
  readonly coordinatorUrl: string
  /** Thumbprint of the node's first key, whichever key signs now. */
  readonly nodeId: string
  readonly signer: Signer
  readonly clock: Clock
  readonly random: () => number
  readonly onState: (state: 'connected' | 'connecting' | 'offline', message: string | null) => void
  readonly onFrame: (frame: SocketToAgent) => void
}

const MAX_FRAME_BYTES = 65_536
const SILENCE_MS = 60_000
/** A proxy that buffers lets a connection open and nothing through. */
const WELCOME_MS = 15_000
const GOODBYE_MS = 1_000

/** Keeps one authenticated socket to the coordinator open; reconnects with full jitter. */
export async function runSocket(deps: SocketDeps, signal: AbortSignal): Promise<void> {
  const isLocal = isLoopback(new URL(deps.coordinatorUrl).hostname)
  let tries: Tries = { failures: 0, wasWelcomed: false, wasSentAway: false, isLocal }
  do {
    deps.onState('connecting', null)
    const outcome = await connectOnce(deps, signal)
    if (signal.aborted) return
    const { sound, isRestart: wasSentAway } = outcome
    tries = { failures: sound ? 0 : tries.failures + 1, wasWelcomed: tries.wasWelcomed || sound, wasSentAway, isLocal }
    deps.onState('offline', outcome.message)
  } while (await deps.clock.sleep(reconnectMs(tries, deps.random()), signal))
}

interface Outcome {
  /** It was welcomed, and understood all it was told. */
  readonly sound: boolean
  readonly isRestart: boolean
  readonly message: string
}

const socketUrl = (coordinatorUrl: string): string => new URL('/v1/agents/socket', coordinatorUrl.replace(/^http/, 'ws')).href

/** Global agents, because these go through the proxies of the environment if there are any. */
const open = (url: string): WebSocket =>
  new WebSocket(url, [AGENT_SOCKET], {
    ...(url.startsWith('wss:') ? { agent: https.globalAgent, ...clientCertificate() } : { agent: http.globalAgent }),
    maxPayload: MAX_FRAME_BYTES,
    perMessageDeflate: false,
    handshakeTimeout: 10_000,
    followRedirects: false,
  })

/** What is known of one connection. */
interface Line {
  readonly socket: WebSocket
  challenged: boolean
  welcomed: boolean
  sound: boolean
  message: string
}

function connectOnce(deps: SocketDeps, signal: AbortSignal): Promise<Outcome> {
  return new Promise((resolve) => {
    const socket = open(socketUrl(deps.coordinatorUrl))
    const line: Line = { socket, challenged: false, welcomed: false, sound: true, message: 'The coordinator closed the connection.' }
    const closed = new AbortController()
    const heard = watchSilence(line, deps.clock, closed.signal)
    const onAbort = () => void leave(socket, deps.clock, closed.signal)
    if (signal.aborted) onAbort()
    signal.addEventListener('abort', onAbort, { once: true })
    socket.on('message', (data, binary) => {
      heard()
      if (binary) return end(line, 1003, NONSENSE)
      // At once, so that nothing is heard that follows what was not understood.
      try {
        receive(deps, line, textOf(data))
      } catch (error) {
        end(line, 1008, messageOf(error))
      }
    })
    socket.on('ping', heard)
    socket.on('error', (error) => {
      line.message = refusalText(tlsProblem(error) ?? messageOf(error))
    })
    socket.on('close', (code) => {
      deps.line.say = null
      closed.abort()
      signal.removeEventListener('abort', onAbort)
      const isRestart = code === RESTART
      resolve({ sound: line.welcomed && line.sound, isRestart, message: isRestart ? 'The coordinator is stopping.' : line.message })
    })
  })
}

const NONSENSE = 'The coordinator said something that this version does not understand. Bring both to the same version.'

function end(line: Line, code: number, message: string): void {
  line.message = message
  line.sound = false
  line.socket.close(code)
}

/** The name and password of a proxy do not belong on a screen. */
const withoutSecrets = (text: string): string => text.replaceAll(/\/\/[^/@\s]*@/g, '//')

const refusalText = (reason: string): string =>
  /\b407\b/.test(reason)
    ? 'The proxy of this network asks for a name and a password. Put them into HTTPS_PROXY, as http://name:password@proxy:port.'
    : `The coordinator cannot be reached (${withoutSecrets(reason)}).`

/** A half-open connection looks alive for hours; the coordinator pings, so silence means it is gone. Returns what to call on every sign of life. */
function watchSilence(line: Line, clock: Clock, closed: AbortSignal): () => void {
  let heardAt = clock.monotonic()
  const quietMs = () => clock.monotonic() - heardAt
  const leftMs = () => (line.welcomed ? SILENCE_MS : WELCOME_MS) - quietMs()
  const watch = async () => {
    while (await clock.sleep(leftMs(), closed)) if (leftMs() <= 0) return line.socket.terminate()
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
    throw new WindfallError('internal', NONSENSE, { cause: error })
  }
}

/** A connection begins with one challenge and one welcome; nothing else counts before, and neither comes again. */
const isInTurn = ({ challenged, welcomed }: Line, { type }: SocketToAgent): boolean =>
  type === 'challenge' ? !challenged && !welcomed : (type === 'welcome') === !welcomed

function receive(deps: SocketDeps, line: Line, text: string): void {
  if (!line.sound) return
  const frame = parseFrame(text)
  if (!isInTurn(line, frame)) throw new WindfallError('internal', NONSENSE)
  if (frame.type === 'challenge') {
    line.challenged = true
    void introduce(deps, line, frame.nonce)
    return
  }
  if (frame.type === 'welcome') {
    line.welcomed = true
    deps.line.say = (said) => line.socket.send(JSON.stringify(said), () => undefined)
    deps.line.unsentBytes = () => line.socket.bufferedAmount
    deps.onState('connected', null)
  }
  deps.onFrame(frame)
}

async function introduce({ nodeId, signer, coordinatorUrl }: SocketDeps, line: Line, nonce: string): Promise<void> {
  try {
    const signature = await signer.sign(new TextEncoder().encode(helloText(nonce, new URL(coordinatorUrl).host)))
    const hello: SocketToCoordinator = { type: 'hello', nodeId, signature: Buffer.from(signature).toString('base64') }
    line.socket.send(JSON.stringify(hello))
  } catch (error) {
    end(line, 1008, messageOf(error))
  }
}
