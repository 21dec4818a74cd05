import { join } from 'node:path'
import type { LineDeps } from './line.ts'
import type { LocalSocket } from './local-socket.ts'
import type { Told } from './reading.ts'
import { type WaylandEvent, type WaylandGlobal, decodeEvents, encodeRequest, readGlobal } from './wayland-wire.ts'

export interface WaylandIdleDeps extends LineDeps {
  /** Path of the compositor's socket; `null` if there is none. */
  readonly path: string | null
}

export interface WaylandIdle {
  /**
   * Seconds since the last input. `absent`: no compositor, or one without `ext_idle_notifier_v1`. Meant to be asked every few seconds
   * at most: between changes it costs nothing, because the compositor tells when the owner stops and starts again.
   */
  readonly read: () => Told<number>
}

/** Objects have numbers of the client's choice. */
const [DISPLAY, REGISTRY, SYNC, SEAT, NOTIFIER, NOTIFICATION] = [1, 2, 3, 4, 5, 6]
/** The owner counts as idle this long after the last input, which is then added. */
const NOTICE_MS = 1_000
const TIMEOUT_MS = 1_000
const RETRY_MS = 30_000
/** A compositor that lacks the protocol learns it by an update. */
const RETRY_UNSUPPORTED_MS = 600_000
const MAX_GLOBALS = 512

interface State {
  socket: LocalSocket | null
  received: Buffer
  readonly globals: WaylandGlobal[]
  told: 'absent' | 'failed' | 'active' | { readonly since: number }
  /** Still waiting to hear what the compositor offers. */
  asking: boolean
  openedAt: number
  retryAt: number
}

/** Where the compositor of the owner's session listens (`wl_display_connect`); `null` outside a Wayland session. */
export function waylandPath({ WAYLAND_DISPLAY: display, XDG_RUNTIME_DIR: directory }: Readonly<Record<string, string | undefined>>): string | null {
  if (!display) return null
  return display.startsWith('/') ? display : directory ? join(directory, display) : null
}

/**
 * Idle time by the staging protocol `ext-idle-notify-v1` (wayland-protocols), which KDE Plasma, Sway, Hyprland and other compositors
 * speak. Version 2 leaves out programs that keep the screen on; with version 1 a film counts as somebody being there. Ends with `signal`.
 */
export function createWaylandIdle({ path, clock, open }: WaylandIdleDeps, signal: AbortSignal): WaylandIdle {
  const state: State = { socket: null, received: Buffer.alloc(0), globals: [], told: 'absent', asking: false, openedAt: 0, retryAt: 0 }
  const connect = (socketPath: string) => {
    start(state, clock.monotonic())
    const socket = open(socketPath, {
      opened: () => socket.write(Buffer.concat([encodeRequest(DISPLAY, 1, REGISTRY), encodeRequest(DISPLAY, 0, SYNC)])),
      data(bytes) {
        const { events, rest } = decodeEvents(Buffer.concat([state.received, bytes]))
        state.received = rest
        for (const event of events) heed(state, event, clock.monotonic())
      },
      ended: (neverOpened) => state.socket === socket && end(state, neverOpened, clock.monotonic()),
    })
    state.socket = socket
  }
  signal.addEventListener('abort', () => state.socket?.close(), { once: true })
  return {
    read() {
      const now = clock.monotonic()
      if (path !== null && !state.socket && !signal.aborted && now >= state.retryAt) connect(path)
      if (state.asking && now - state.openedAt > TIMEOUT_MS) state.socket?.close()
      return spoken(state, now)
    },
  }
}

function start(state: State, now: number): void {
  state.received = Buffer.alloc(0)
  state.globals.length = 0
  state.told = 'failed'
  state.asking = true
  state.openedAt = now
}

function end(state: State, neverOpened: boolean, now: number): void {
  const offersNothing = state.told === 'absent'
  state.socket = null
  state.asking = false
  state.told = neverOpened || offersNothing ? 'absent' : 'failed'
  state.retryAt = now + (offersNothing ? RETRY_UNSUPPORTED_MS : RETRY_MS)
}

function spoken({ told }: State, now: number): Told<number> {
  if (told === 'absent' || told === 'failed') return told
  return { value: told === 'active' ? 0 : (now - told.since) / 1_000 }
}

function heed(state: State, { object, opcode, body }: WaylandEvent, now: number): void {
  if (object === DISPLAY && opcode === 0) throw new Error('the compositor reports an error')
  if (object === REGISTRY && opcode === 0 && state.globals.length < MAX_GLOBALS) state.globals.push(readGlobal(body))
  if (object === SYNC) subscribe(state)
  if (object === NOTIFICATION && opcode === 0) state.told = { since: now - NOTICE_MS }
  if (object === NOTIFICATION && opcode === 1) state.told = 'active'
}

/** Once everything on offer is known. */
function subscribe(state: State): void {
  const { socket, globals } = state
  state.asking = false
  const [seat, notifier] = ['wl_seat', 'ext_idle_notifier_v1'].map((name) => globals.find((one) => one.interface === name))
  if (!seat || !notifier) {
    state.told = 'absent'
    socket?.close()
    return
  }
  const version = Math.min(notifier.version, 2)
  state.told = 'active'
  socket?.write(
    Buffer.concat([
      encodeRequest(REGISTRY, 0, seat.name, 'wl_seat', 1, SEAT),
      encodeRequest(REGISTRY, 0, notifier.name, 'ext_idle_notifier_v1', version, NOTIFIER),
      encodeRequest(NOTIFIER, version, NOTIFICATION, NOTICE_MS, SEAT),
    ]),
  )
}
