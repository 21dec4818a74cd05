import type { Told } from './reading.ts'
import { readIdleMs, screenSaverInfo } from './x11-wire.ts'
import type { X11 } from './x11.ts'

/**
 * Seconds since the last input, by the X server (X11 Screen Saver Extension 1.1). `absent` under Xwayland: it sees only what its own
 * windows are given, and goes on counting while the owner types elsewhere.
 */
export async function x11Idle(x11: X11): Promise<Told<number>> {
  const [saver, wayland] = await Promise.all([x11.extension('MIT-SCREEN-SAVER'), x11.extension('XWAYLAND')])
  if (saver === 'absent' || saver === 'failed') return saver
  if (wayland !== 'absent') return wayland === 'failed' ? 'failed' : 'absent'
  const root = x11.screen()?.root
  return root === undefined ? 'failed' : x11.ask(screenSaverInfo(saver.value, root), (reply) => readIdleMs(reply) / 1_000)
}
