import type { Clock } from '../../../kernel/clock.ts'
import type { LocalSocket, OpenSocket } from './local-socket.ts'

/** How one protocol of requests and answers looks on a socket. */
export interface LineProtocol<Packet> {
  /** Where the service listens; `null` if there is none. */
  readonly path: string | null
  readonly greeting: () => Buffer
  /** How many bytes the service's welcome takes; `null` if it is not complete yet. Throws if it is none. */
  readonly welcome: (bytes: Buffer) => number | null
  /** What is said right after the welcome; answers to it are of no interest. */
  readonly begin: (serial: () => number) => readonly Buffer[]
  /** The first packet in `bytes`, and which request it answers; `null` if it is not complete yet. Throws on nonsense. */
  readonly next: (bytes: Buffer) => { readonly length: number; readonly packet: Packet; readonly answers: number | null } | null
  readonly overheard: (packet: Packet) => void
  /** Tells requests apart in answers: this many lowest bits of a serial number. */
  readonly serialBits: 16 | 32
}

export interface LineDeps {
  readonly clock: Clock
  readonly open: OpenSocket
}

export interface Line<Packet> {
  /** Never rejects. `absent`: nobody listens. `failed`: no answer within a second, or not one that makes sense. */
  readonly ask: (encode: (serial: number) => Buffer) => Promise<Packet | 'absent' | 'failed'>
  /** Says something that needs no answer, if there is a connection. */
  readonly say: (encode: (serial: number) => Buffer) => void
}

interface Connection<Packet> {
  readonly socket: LocalSocket
  readonly pending: Map<number, (heard: Packet | 'absent' | 'failed') => void>
  /** What waits for the welcome. */
  readonly queue: Buffer[]
  ready: boolean
  received: Buffer
  serial: number
  silent: number
}
interface State<Packet> extends LineDeps {
  readonly protocol: LineProtocol<Packet>
  connection: Connection<Packet> | null
  failures: number
  notBefore: number
  /** How the last connection ended. */
  down: 'absent' | 'failed'
}

const TIMEOUT_MS = 1_000
const MAX_PENDING = 64
const MAX_RECEIVED = 1024 * 1024
/** So many questions without a byte in return: the connection is dead, whatever the socket says. */
const MAX_SILENT = 5

/** Connects at the first question, and again after a pause that doubles, up to a minute. Ends with `signal`. */
export function createLine<Packet extends object>(protocol: LineProtocol<Packet>, deps: LineDeps, signal: AbortSignal): Line<Packet> {
  const line: State<Packet> = { ...deps, protocol, connection: null, failures: 0, notBefore: 0, down: 'absent' }
  signal.addEventListener('abort', () => line.connection?.socket.close(), { once: true })
  return {
    ask: async (encode) => (signal.aborted ? 'failed' : ask(line, encode)),
    say: (encode) => line.connection && send(line.connection, encode(nextSerial(line.connection))),
  }
}

async function ask<Packet>(line: State<Packet>, encode: (serial: number) => Buffer): Promise<Packet | 'absent' | 'failed'> {
  const connection = line.connection ?? connect(line)
  if (!connection) return line.down
  if (connection.pending.size >= MAX_PENDING) return 'failed'
  const serial = nextSerial(connection)
  const answered = new AbortController()
  const heard = await new Promise<Packet | 'absent' | 'failed'>((settle) => {
    connection.pending.set(serial, settle)
    send(connection, encode(serial))
    void expire(line, { connection, serial }, answered.signal)
  })
  answered.abort()
  return heard
}

const nextSerial = <Packet>(connection: Connection<Packet>): number => ++connection.serial

function send<Packet>({ ready, socket, queue }: Connection<Packet>, bytes: Buffer): void {
  if (ready) socket.write(bytes)
  else queue.push(bytes)
}

async function expire<Packet>(line: State<Packet>, asked: { connection: Connection<Packet>; serial: number }, answered: AbortSignal): Promise<void> {
  if (!(await line.clock.sleep(TIMEOUT_MS, answered))) return
  const { connection } = asked
  settle(connection, asked.serial, 'failed')
  connection.silent++
  if (!connection.ready || connection.silent >= MAX_SILENT) connection.socket.close()
}

function settle<Packet>({ pending }: Connection<Packet>, serial: number, heard: Packet | 'absent' | 'failed'): void {
  const done = pending.get(serial)
  pending.delete(serial)
  done?.(heard)
}

function connect<Packet>(line: State<Packet>): Connection<Packet> | null {
  const { protocol, clock } = line
  if (protocol.path === null || clock.monotonic() < line.notBefore) return null
  const socket = line.open(protocol.path, {
    opened: () => socket.write(protocol.greeting()),
    data: (bytes) => receive(line, connection, bytes),
    ended: (neverOpened) => lose(line, connection, neverOpened ? 'absent' : 'failed'),
  })
  const connection: Connection<Packet> = { socket, pending: new Map(), queue: [], ready: false, received: Buffer.alloc(0), serial: 0, silent: 0 }
  line.connection = connection
  connection.queue.push(...protocol.begin(() => nextSerial(connection)))
  return connection
}

function receive<Packet>(line: State<Packet>, connection: Connection<Packet>, bytes: Buffer): void {
  connection.silent = 0
  connection.received = Buffer.concat([connection.received, bytes])
  if (!connection.ready && !beWelcome(line, connection)) return
  for (let next = line.protocol.next(connection.received); next; next = line.protocol.next(connection.received)) {
    connection.received = connection.received.subarray(next.length)
    hear(line, connection, next)
  }
  if (connection.received.length > MAX_RECEIVED) throw new Error('more than any packet holds')
}

function beWelcome<Packet>(line: State<Packet>, connection: Connection<Packet>): boolean {
  const length = line.protocol.welcome(connection.received)
  if (length === null) return false
  connection.received = connection.received.subarray(length)
  connection.ready = true
  line.failures = 0
  for (const waiting of connection.queue.splice(0)) connection.socket.write(waiting)
  return true
}

function hear<Packet>({ protocol }: State<Packet>, connection: Connection<Packet>, { packet, answers }: { packet: Packet; answers: number | null }): void {
  const matches = (serial: number) => (protocol.serialBits === 16 ? serial & 0xffff : serial) === answers
  const serial = answers === null ? undefined : connection.pending.keys().find(matches)
  if (serial === undefined) protocol.overheard(packet)
  else settle(connection, serial, packet)
}

function lose<Packet>(line: State<Packet>, connection: Connection<Packet>, down: 'absent' | 'failed'): void {
  if (line.connection !== connection) return
  line.connection = null
  line.down = down
  line.notBefore = line.clock.monotonic() + Math.min(60_000, 500 * 2 ** Math.min(line.failures++, 7))
  for (const serial of connection.pending.keys()) settle(connection, serial, down)
}
