import type { Bounds } from './window-options.ts'

interface Area {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** So much of a window has to be on a display that it can be seen and moved. */
const GRIP = 80

/**
 * Where a window opens that was closed at `kept`, on the displays there are now (their work areas). It is never larger than the display it is
 * on, and one whose display is gone opens in the middle of the first one.
 */
export function placeWindow(kept: Bounds, areas: readonly Area[]): Bounds {
  const [first] = areas
  const home = areas.find((area) => isReachable(kept, area))
  const fit = home ?? first
  if (!fit) return kept
  const size = { width: Math.min(kept.width, fit.width), height: Math.min(kept.height, fit.height) }
  if (!home || kept.x === undefined || kept.y === undefined) return size
  return { ...size, x: within(kept.x, home.x, home.width - size.width), y: within(kept.y, home.y, home.height - size.height) }
}

const within = (at: number, from: number, room: number): number => Math.max(from, Math.min(at, from + room))

/** Is enough of its upper edge, by which a window is moved, on this display? */
function isReachable({ x, y, width }: Bounds, area: Area): boolean {
  if (x === undefined || y === undefined) return false
  const visible = Math.min(x + width, area.x + area.width) - Math.max(x, area.x)
  return visible >= GRIP && y >= area.y - GRIP / 2 && y <= area.y + area.height - GRIP
}
