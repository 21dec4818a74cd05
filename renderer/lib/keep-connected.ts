import { type Cell, createCell } from './cell.ts'
import type { WindowClock } from './clock.ts'
import type { LinkState } from './link.ts'

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

/** What travels over the connection. `send` reaches the connection that is open at that moment. */
export interface Traffic {
  readonly opened: (send: (text: string) => void) => void
  readonly received: (data: unknown) => void
  readonly lost: () => void
  /** Makes the other side say something. */
  readonly probe: (send: (text: string) => void) => void
}

const SILENCE_MS = 25_000
const PROBE_TIMEOUT_MS = 8_000
const BACKOFF = { baseMs: 400, maxMs: 15_000 } as const

/** Half of the doubling ceiling is certain, half is chance, so that many windows do not return in one wave. */
export const reconnectDelayMs = (attempt: number, random: number): number => {
  const ceiling = Math.min(BACKOFF.maxMs, BACKOFF.baseMs * 2 ** Math.min(attempt, 10))
  return Math.round(ceiling / 2 + (random * ceiling) / 2)
}

/** One thing to do later; setting it anew calls off what was set before. */
function createTimer(clock: WindowClock) {
  let cancel: (() => void) | null = null
  return {
    set(ms: number, run: () => void) {
      cancel?.()
      cancel = clock.after(ms, run)
    },
    cancel: () => cancel?.(),
  }
}

/** A connection that was given up may still deliver; nobody listens to it any more. */
const onlyWhile = (isCurrent: () => boolean, { opened, received, closed }: SocketHandlers): SocketHandlers => ({
  opened: () => isCurrent() && opened(),
  received: (data) => isCurrent() && received(data),
  closed: () => isCurrent() && closed(),
})

async function giveUpIfRefused({ refusal }: SocketPorts, link: Cell<LinkState>, giveUp: () => void): Promise<void> {
  const message = await refusal()
  if (message === null || link.get().state !== 'lost') return
  giveUp()
  link.set({ state: 'refused', message })
}

/** Opens the socket, opens it again with jittered backoff whenever it is gone, notices when it is dead without having closed, and stops when it is refused. */
export function keepConnected(ports: SocketPorts, traffic: Traffic) {
  const link = createCell<LinkState>({ state: 'connecting' })
  const timer = createTimer(ports.clock)
  let socket: Socket | null = null
  let attempt = 0
  const send = (text: string) => socket?.send(text)
  const lose = () => {
    const lost = socket
    socket = null
    lost?.close()
    if (link.get().state !== 'lost') link.set({ state: 'lost', since: ports.clock.now() })
    traffic.lost()
    timer.set(reconnectDelayMs(attempt++, ports.random()), connect)
    void giveUpIfRefused(ports, link, timer.cancel)
  }
  const watchSilence = () =>
    timer.set(SILENCE_MS, () => {
      traffic.probe(send)
      // Any frame that arrives starts the watch anew and calls this off.
      timer.set(PROBE_TIMEOUT_MS, lose)
    })
  const opened = () => {
    attempt = 0
    link.set({ state: 'open' })
    traffic.opened(send)
    watchSilence()
  }
  const received = (data: unknown) => {
    watchSilence()
    traffic.received(data)
  }
  const connect = () => {
    const current: Socket = ports.open(onlyWhile(() => current === socket, { opened, received, closed: lose }))
    socket = current
  }
  connect()
  return { link, send, retry: () => link.get().state === 'lost' && socket === null && timer.set(0, connect) }
}
