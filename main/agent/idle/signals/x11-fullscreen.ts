import { type Told, retell } from './reading.ts'
import {
  type Rectangle,
  getGeometry,
  getInputFocus,
  getProperty,
  queryScreens,
  readFocus,
  readPlace,
  readScreens,
  readSize,
  readValues,
  translateToRoot,
} from './x11-wire.ts'
import type { X11 } from './x11.ts'

/** Windows 0 and 1 stand for "none" and "wherever the pointer is". */
const FIRST_WINDOW = 2

/**
 * Whether the window in front covers a whole monitor: it says so (Extended Window Manager Hints 1.5, `_NET_WM_STATE_FULLSCREEN`), or
 * it is exactly as large, as games without a border are; the desktop itself is not meant. Under Xwayland only windows of X
 * programs are seen, so there a `false` is worth nothing and becomes `absent`.
 */
export async function x11Fullscreen(x11: X11): Promise<Told<boolean>> {
  const told = await look(x11)
  // A window that closes between two questions is an error of the server, so a second look decides.
  return told === 'failed' ? look(x11) : told
}

async function look(x11: X11): Promise<Told<boolean>> {
  const wayland = await x11.extension('XWAYLAND')
  if (wayland === 'failed') return 'failed'
  const window = await frontWindow(x11)
  if (window === 'absent' || window === 'failed') return window
  const told = window.value === null ? { value: false } : await covers(x11, window.value)
  return wayland !== 'absent' && told !== 'failed' && told !== 'absent' && !told.value ? 'absent' : told
}

/** What the window manager says is in front, else what has the keyboard. */
async function frontWindow(x11: X11): Promise<Told<number | null>> {
  const focus = await x11.ask(getInputFocus(), readFocus)
  const root = x11.screen()?.root
  if (focus === 'absent' || focus === 'failed' || root === undefined) return focus === 'absent' ? 'absent' : 'failed'
  const active = await values(x11, root, '_NET_ACTIVE_WINDOW')
  if (active === 'failed' || active === 'absent') return active
  const [window = active.value === null && focus.value !== root ? focus.value : 0] = active.value ?? []
  return { value: window < FIRST_WINDOW ? null : window }
}

async function covers(x11: X11, window: number): Promise<Told<boolean>> {
  const [states, kinds] = await Promise.all([values(x11, window, '_NET_WM_STATE'), values(x11, window, '_NET_WM_WINDOW_TYPE')])
  const [fullscreen, desktop] = await Promise.all([x11.atom('_NET_WM_STATE_FULLSCREEN'), x11.atom('_NET_WM_WINDOW_TYPE_DESKTOP')])
  if (states === 'failed' || states === 'absent' || kinds === 'failed' || kinds === 'absent') return 'failed'
  if (has(kinds.value, desktop)) return { value: false }
  if (has(states.value, fullscreen)) return { value: true }
  return asLargeAsMonitor(x11, window)
}

const has = (list: readonly number[] | null, atom: Told<number>): boolean => atom !== 'absent' && atom !== 'failed' && Boolean(list?.includes(atom.value))

async function asLargeAsMonitor(x11: X11, window: number): Promise<Told<boolean>> {
  const root = x11.screen()?.root ?? 0
  const [size, place, monitors] = await Promise.all([
    x11.ask(getGeometry(window), readSize),
    x11.ask(translateToRoot(window, root), readPlace),
    monitorsOf(x11),
  ])
  if (size === 'absent' || size === 'failed' || place === 'absent' || place === 'failed') return 'failed'
  const rectangle = { ...size.value, ...place.value }
  return retell(monitors, (all) => all.some((monitor) => isSame(monitor, rectangle)))
}

/** Every monitor, and the whole screen where the server does not tell. */
async function monitorsOf(x11: X11): Promise<Told<readonly Rectangle[]>> {
  const xinerama = await x11.extension('XINERAMA')
  if (xinerama === 'failed') return 'failed'
  const screen = x11.screen()?.screen
  const whole = screen ? [screen] : []
  if (xinerama === 'absent') return { value: whole }
  return retell(await x11.ask(queryScreens(xinerama.value), readScreens), (monitors) => [...monitors, ...whole])
}

/** The values of a window's property; `null` if it has none, or no client knows of such a property. */
async function values(x11: X11, window: number, property: string): Promise<Told<readonly number[] | null>> {
  const atom = await x11.atom(property)
  if (atom === 'failed') return 'failed'
  return atom === 'absent' ? { value: null } : x11.ask(getProperty(window, atom.value), readValues)
}

const isSame = (a: Rectangle, b: Rectangle): boolean => a.x === b.x && a.y === b.y && a.width === b.width && a.height === b.height
