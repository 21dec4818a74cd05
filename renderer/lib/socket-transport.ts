import { z } from 'zod'
import { WindfallError, fromProblem, messageOf } from '../../shared/errors.ts'
import { createCell } from './cell.ts'
import type { WindowClock } from './clock.ts'
import type { LinkState, WindowTransport } from './link.ts'

export interface SocketHandlers {
  readonly opened: () => void
  readonly received: (data: unknown) => void
  readonly closed: () => void
}

export interface Socket {
  readonly send: (text: string) => void
  readonly close: () => void
}

export interface SocketPorts {
  /** Starts a connection; exactly one of `opened` and `closed` follows, and `closed` after that. */
  readonly open: (handlers: SocketHandlers) => Socket
  /** After a handshake that failed: why the agent says no, or `null` if it is just not there. */
  readonly refusal: () => Promise<string | null>
  readonly clock: WindowClock
  /** In [0, 1). */
  readonly random: () => number
}

/** `{id, value}` or `{id, problem}` answers a call; `{event, payload}` is news. */
const Frame = z.union([
  z.strictObject({ id: z.number().int(), value: z.unknown() }),
  z.strictObject({ id: z.number().int(), problem: z.looseObject({ status: z.number() }) }),
  z.strictObject({ event: z.string(), payload: z.unknown() }),
])

const CALL_TIMEOUT_MS = 20_000
const SILENCE_MS = 25_000
const PROBE_TIMEOUT_MS = 8_000
const BACKOFF = { baseMs: 400, maxMs: 15_000 } as const

interface Pending {
  readonly text: string
  readonly resolve: (value: unknown) => void
  readonly reject: (error: WindfallError) => void
  readonly cancelTimeout: () => void
}

const gone = () =>
  new WindfallError('unavailable', 'The window has lost its connection to the agent on this computer. It keeps trying; nothing that runs is affected.')
const slow = () => new WindfallError('unavailable', 'The agent did not answer in time. Try again in a moment.')

/** Half of the doubling ceiling is certain, half is chance, so that many windows do not return in one wave. */
export const reconnectDelayMs = (attempt: number, random: number): number => {
  const ceiling = Math.min(BACKOFF.maxMs, BACKOFF.baseMs * 2 ** Math.min(attempt, 10))
  return Math.round(ceiling / 2 + (random * ceiling) / 2)
}

/** Calls waiting for their answer. */
function createCalls(clock: WindowClock) {
  const pending = new Map<number, Pending>()
  let lastId = 0
  const settle = (id: number, act: (call: Pending) => void) => {
    const call = pending.get(id)
    if (!call) return
    pending.delete(id)
    call.cancelTimeout()
    act(call)
  }
  return {
    add(name: string, input: unknown) {
      const id = ++lastId
      const { promise, resolve, reject } = Promise.withResolvers<unknown>()
      const text = JSON.stringify({ id, call: name, input })
      const cancelTimeout = clock.after(CALL_TIMEOUT_MS, () => settle(id, (call) => call.reject(slow())))
      pending.set(id, { text, resolve, reject, cancelTimeout })
      return { text, answer: promise }
    },
    texts: () => [...pending.values()].map((call) => call.text),
    settle,
    failAll: () => {
      for (const id of pending.keys()) settle(id, (call) => call.reject(gone()))
    },
  }
}

/** Who listens to which event. A listener that throws is reported and stops nobody else. */
function createListeners() {
  const byEvent = new Map<string, Set<(payload: unknown) => void>>()
  return {
    add(event: string, listener: (payload: unknown) => void) {
      const listeners = byEvent.get(event) ?? new Set()
      byEvent.set(event, listeners.add(listener))
      return () => void listeners.delete(listener)
    },
    tell(event: string, payload: unknown) {
      for (const listener of byEvent.get(event) ?? []) {
        try {
          listener(payload)
        } catch (error) {
          reportError(error)
        }
      }
    },
  }
}

/**
 * The transport of a window in a browser: one WebSocket to the agent's loopback server. Reconnects with jittered backoff until it is refused;
 * calls made before the first connection wait for it, calls made while it is lost fail at once with `unavailable`.
 */
export function createSocketTransport(ports: SocketPorts): WindowTransport {
  const calls = createCalls(ports.clock)
  const listeners = createListeners()
  const { link, send, retry } = keepConnected(ports, { calls, received: (data) => receive(data, calls, listeners) })
  return {
    invoke(name, input) {
      const { state } = link.get()
      if (state === 'lost' || state === 'refused') return Promise.reject(gone())
      const { text, answer } = calls.add(name, input)
      if (state === 'open') send(text)
      return answer
    },
    subscribe: (event, listener) => listeners.add(event, listener),
    link: { get: link.get, subscribe: link.subscribe, retry },
  }
}

interface Traffic {
  readonly calls: ReturnType<typeof createCalls>
  readonly received: (data: unknown) => void
}

/** Opens the socket, opens it again whenever it is gone, and notices when it is dead without having closed. */
function keepConnected(ports: SocketPorts, { calls, received }: Traffic) {
  const link = createCell<LinkState>({ state: 'connecting' })
  let socket: Socket | null = null
  let attempt = 0
  let cancelTimer: (() => void) | null = null

  const after = (ms: number, run: () => void) => {
    cancelTimer?.()
    cancelTimer = ports.clock.after(ms, run)
  }
  const send = (text: string) => socket?.send(text)
  const lose = () => {
    const lost = socket
    socket = null
    lost?.close()
    if (link.get().state !== 'lost') link.set({ state: 'lost', since: ports.clock.now() })
    calls.failAll()
    after(reconnectDelayMs(attempt++, ports.random()), connect)
  }
  const watchSilence = () =>
    after(SILENCE_MS, () => {
      const { text, answer } = calls.add('getStatus', {})
      answer.catch(() => {})
      send(text)
      // Any frame that arrives, this answer included, starts the watch anew and calls this off.
      after(PROBE_TIMEOUT_MS, lose)
    })
  const giveUpIfRefused = async () => {
    const message = await ports.refusal()
    if (message === null || link.get().state === 'open') return
    cancelTimer?.()
    link.set({ state: 'refused', message })
  }
  const connect = () => {
    let opened = false
    const current: Socket = ports.open({
      opened: () => {
        opened = true
        attempt = 0
        link.set({ state: 'open' })
        for (const text of calls.texts()) current.send(text)
        watchSilence()
      },
      received: (data) => {
        watchSilence()
        received(data)
      },
      closed: () => {
        if (current !== socket) return
        lose()
        if (!opened) void giveUpIfRefused()
      },
    })
    socket = current
  }
  const retry = () => {
    if (link.get().state === 'lost' && socket === null) after(0, connect)
  }
  connect()
  return { link, send, retry }
}

function receive(data: unknown, calls: ReturnType<typeof createCalls>, listeners: ReturnType<typeof createListeners>): void {
  const frame = readFrame(data)
  if (frame === null) return
  if ('event' in frame) listeners.tell(frame.event, frame.payload)
  else if ('problem' in frame) calls.settle(frame.id, (call) => call.reject(fromProblem(frame.problem.status, frame.problem)))
  else calls.settle(frame.id, (call) => call.resolve(frame.value))
}

function readFrame(data: unknown): z.infer<typeof Frame> | null {
  try {
    return Frame.parse(JSON.parse(String(data)))
  } catch (error) {
    reportError(new WindfallError('internal', `The agent sent something that is not a frame: ${messageOf(error)}`))
    return null
  }
}
