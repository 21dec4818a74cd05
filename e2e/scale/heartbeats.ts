import { setTimeout as pause } from 'node:timers/promises'
import type { Connected } from './agents.ts'
import { textFrame } from './raw-socket.ts'

const HEARTBEAT = textFrame(JSON.stringify({ type: 'presence', presence: { ready: true, reasons: [], running: [] } }))

/** Everybody says something once in `everyMs`, evenly spread, for `ms`. Returns how often something was said. */
export async function heartbeats({ sockets }: Pick<Connected, 'sockets'>, { everyMs, ms }: { everyMs: number; ms: number }): Promise<number> {
  const started = performance.now()
  let sent = 0
  for (let passed = 0; passed < ms; passed = performance.now() - started) {
    const due = Math.floor((passed / everyMs) * sockets.length)
    for (; sent < due; sent++) sockets[sent % sockets.length]?.send(HEARTBEAT)
    await pause(5)
  }
  return sent
}
