import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { AGENT_SOCKET, SocketToAgent, SocketToCoordinator, helloText } from '../../../shared/contract/agent-socket.ts'
import type { LogPiece } from '../../../shared/contract/job-log.ts'
import type { Presence } from '../../../shared/contract/node.ts'
import type { PublicJwk } from '../../../shared/contract/wire.ts'
import type { Clock } from '../../kernel/clock.ts'
import { verifyInPool } from '../../kernel/signing.ts'
import { createOneByOne } from './one-by-one.ts'
import { createRateLimit } from './rate-limit.ts'
import { type SocketRules, USUAL_RULES, createUpgradeDoor, refuse } from './upgrade.ts'

const MAX_FRAME_BYTES = 65_536
const HELLO_MS = 10_000
const PING_MS = 25_000
/** An agent that reads this slowly is better off asking over HTTP. */
const MAX_BUFFERED_BYTES = 1_048_576
const FRAMES = { perSecond: 10, burst: 40 }
/** Frames of one agent that have come and are not handled yet: 2 MB at most. */
const MOST_WAITING = 32

/** Close codes, RFC 6455 §7.4 and its private range. */
const CLOSE = { unsupported: 1003, policy: 1008, failed: 1011, restart: 1012, replaced: 4000, slow: 4001, hello: 4003 } as const

export interface SocketHubDeps {
  readonly clock: Clock
  readonly random: (bytes: number) => Uint8Array
  /** The key of a node that may connect, else `null`. */
  readonly keyOf: (nodeId: string) => Promise<PublicJwk | null>
  readonly accepts: (authority: string | undefined) => boolean
  /** Aborts when no new line is opened any more. */
  readonly quiet: AbortSignal
  /** Number of the node's newest event, for `welcome`. */
  readonly lastEvent: (nodeId: string) => Promise<number>
  readonly onWelcome: (nodeId: string) => Promise<void>
  /** The connection of a node has ended, and there is no newer one. */
  readonly onClosed: (nodeId: string) => void
  readonly onPresence: (nodeId: string, presence: Presence) => Promise<void>
  readonly onLog: (nodeId: string, piece: LogPiece) => void
  /** Says whether what was handed in is kept. */
  readonly onHandIn: (nodeId: string, frame: HandInFrame) => Promise<SocketToAgent>
  readonly onFailure: (error: unknown, nodeId: string) => void
}

export interface SocketHub {
  /** Takes over WebSocket upgrades of a server. */
  readonly attach: (server: Server, rules?: SocketRules) => void
  /** False if the node is not connected, or reads so slowly that its connection was closed. */
  readonly send: (nodeId: string, frame: SocketToAgent) => boolean
  readonly connected: () => string[]
  /** Closes the connection of a node, which may come back at once. */
  readonly drop: (nodeId: string) => void
  /** Pings every connection until `signal` aborts, then sends all elsewhere: agents that hear this code come back at once, and find another coordinator. */
  readonly run: (signal: AbortSignal) => Promise<void>
}

interface Line {
  readonly socket: WebSocket
  readonly nonce: string
  nodeId: string | null
  /** Whether anything was heard since the last ping. */
  alive: boolean
  /** Until it has said who it is, or has gone. */
  hello: AbortController | null
  /** What it signs to say who it is. */
  readonly toSign: string
  /** It is no stranger any more, or has gone. */
  readonly leave: () => void
}

/** Push to agents over one authenticated WebSocket per node: the newest connection wins. */
export function createSocketHub(deps: SocketHubDeps): SocketHub {
  const nodes = new Map<string, Line>()
  const lines = new Set<Line>()
  const upgrades = new WebSocketServer({ noServer: true, maxPayload: MAX_FRAME_BYTES, perMessageDeflate: false, handleProtocols })
  return {
    attach: (server, rules = USUAL_RULES) => {
      const enter = createUpgradeDoor(deps, rules)
      server.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
        const leave = enter(request)
        if (typeof leave === 'string') return refuse(stream, leave)
        // Also where the handshake fails.
        stream.once('close', leave)
        upgrades.handleUpgrade(request, stream, head, (socket) => open(deps, { socket, nodes, lines, authority: request.headers.host ?? '', leave }))
      })
    },
    send: (nodeId, frame) => {
      const line = nodes.get(nodeId)
      return line !== undefined && sendFrame(line.socket, frame)
    },
    connected: () => [...nodes.keys()],
    drop: (nodeId) => nodes.get(nodeId)?.socket.close(CLOSE.replaced),
    async run(signal) {
      while (await deps.clock.sleep(PING_MS, signal)) for (const line of lines) ping(line)
      for (const { socket } of lines) socket.close(CLOSE.restart)
      upgrades.close()
    },
  }
}

/** An agent that offers nothing is older, and signs the nonce alone. */
const handleProtocols = (offered: Set<string>): string | false => (offered.has(AGENT_SOCKET) ? AGENT_SOCKET : false)

function ping(line: Line): void {
  if (!line.alive) return line.socket.terminate()
  line.alive = false
  line.socket.ping()
}

function sendFrame(socket: WebSocket, frame: SocketToAgent): boolean {
  if (socket.readyState !== socket.OPEN) return false
  if (socket.bufferedAmount > MAX_BUFFERED_BYTES) {
    socket.close(CLOSE.slow)
    return false
  }
  socket.send(JSON.stringify(SocketToAgent.parse(frame)))
  return true
}

interface Opening {
  readonly socket: WebSocket
  readonly nodes: Map<string, Line>
  readonly lines: Set<Line>
  /** What the agent calls this coordinator. */
  readonly authority: string
  readonly leave: () => void
}

function open(deps: SocketHubDeps, { socket, nodes, lines, authority, leave }: Opening): void {
  const nonce = Buffer.from(deps.random(32)).toString('base64')
  const toSign = socket.protocol === AGENT_SOCKET ? helloText(nonce, authority) : `windfall-socket-v1 ${nonce}`
  const line: Line = { socket, nonce, toSign, leave, nodeId: null, alive: true, hello: new AbortController() }
  const allow = createRateLimit(deps.clock, FRAMES)
  const inTurn = createOneByOne({ source: socket, most: MOST_WAITING, onFailure: (error) => fail(deps, line, error) })
  lines.add(line)
  socket.on('pong', () => {
    line.alive = true
  })
  socket.on('error', () => socket.terminate())
  socket.on('close', () => {
    greeted(line)
    lines.delete(line)
    if (line.nodeId === null || nodes.get(line.nodeId) !== line) return
    nodes.delete(line.nodeId)
    deps.onClosed(line.nodeId)
  })
  socket.on('message', (data, binary) => {
    line.alive = true
    if (binary) return socket.close(CLOSE.unsupported)
    if (allow('frames') > 0) return socket.close(CLOSE.policy)
    const text = Buffer.isBuffer(data) ? data.toString('utf8') : ''
    inTurn(() => receive(deps, { line, nodes, text }))
  })
  void expectHello(deps.clock, line)
  sendFrame(socket, { type: 'challenge', nonce: line.nonce })
}

async function expectHello(clock: Clock, { socket, hello }: Line): Promise<void> {
  if (hello && (await clock.sleep(HELLO_MS, hello.signal))) socket.close(CLOSE.hello)
}

function greeted(line: Line): void {
  line.hello?.abort()
  line.hello = null
  line.leave()
}

function fail(deps: SocketHubDeps, { socket, nodeId }: Line, error: unknown): void {
  deps.onFailure(error, nodeId ?? 'unknown')
  socket.close(CLOSE.failed)
}

function readFrame(text: string): SocketToCoordinator | null {
  try {
    return SocketToCoordinator.safeParse(JSON.parse(text)).data ?? null
  } catch {
    return null
  }
}

/** No async function: it would hold on to the frame until what it says is done. */
function receive(deps: SocketHubDeps, { line, nodes, text }: { line: Line; nodes: Map<string, Line>; text: string }): Promise<void> | void {
  const frame = readFrame(text)
  if (!frame || (frame.type === 'hello') === (line.nodeId !== null)) return line.socket.close(CLOSE.policy)
  if (frame.type === 'hello') return welcome(deps, { line, nodes, hello: frame })
  if (line.nodeId === null) return
  if (frame.type === 'presence') return deps.onPresence(line.nodeId, frame.presence)
  if (frame.type === 'log') {
    const { type: _, ...piece } = frame
    return deps.onLog(line.nodeId, piece)
  }
  return deps.onHandIn(line.nodeId, frame).then((answer) => void sendFrame(line.socket, answer))
}

export type HandInFrame = Extract<SocketToCoordinator, { type: 'proof' | 'proofs' }>
type Hello = Extract<SocketToCoordinator, { type: 'hello' }>

async function welcome(deps: SocketHubDeps, { line, nodes, hello }: { line: Line; nodes: Map<string, Line>; hello: Hello }): Promise<void> {
  const { nodeId, signature } = hello
  const key = await deps.keyOf(nodeId)
  const signed = new TextEncoder().encode(line.toSign)
  if (!key || !(await verifyInPool(key, signed, Buffer.from(signature, 'base64')))) return line.socket.close(CLOSE.hello)
  const lastEvent = await deps.lastEvent(nodeId)
  if (line.socket.readyState !== line.socket.OPEN) return
  nodes.get(nodeId)?.socket.close(CLOSE.replaced)
  line.nodeId = nodeId
  greeted(line)
  nodes.set(nodeId, line)
  sendFrame(line.socket, { type: 'welcome', lastEvent })
  await deps.onWelcome(nodeId)
}
