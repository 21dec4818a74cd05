import { z } from 'zod'
import type { Clock } from '../../../kernel/clock.ts'
import type { DBus, DBusSignal } from './dbus.ts'
import { type Told, retell } from './reading.ts'

const NAME = 'org.freedesktop.login1'
const MANAGER = { destination: NAME, path: '/org/freedesktop/login1', interface: `${NAME}.Manager` }
const SEAT = { destination: NAME, path: '/org/freedesktop/login1/seat/seat0', interface: `${NAME}.Seat` }
const SESSION = `${NAME}.Session`
const SessionPath = z.string().regex(/^\/org\/freedesktop\/login1\/session\/\w{1,64}$/)
const Micros = z.number().min(0)

/** Sent just before the machine sleeps and just after it woke. */
export const PREPARE_FOR_SLEEP: DBusSignal = { path: MANAGER.path, interface: MANAGER.interface, member: 'PrepareForSleep' }

/**
 * Seconds since every session became idle, by systemd-logind (org.freedesktop.login1(5), `IdleHint`). The desktop has to say so, many
 * do only when the screen goes dark and some never do, so this is for where nothing better is known. Never longer than this source
 * has been watching, if logind does not say since when.
 */
export function createLogindIdle(system: DBus, clock: Pick<Clock, 'now' | 'monotonic'>): () => Promise<Told<number>> {
  let idleSeenAt: number | null = null
  return async () => {
    const hint = await system.property({ ...MANAGER, name: 'IdleHint' }, z.boolean())
    if (hint === 'absent' || hint === 'failed' || !hint.value) {
      idleSeenAt = null
      return retell(hint, () => 0)
    }
    idleSeenAt ??= clock.monotonic()
    const seen = clock.monotonic() - idleSeenAt
    const since = await system.property({ ...MANAGER, name: 'IdleSinceHint' }, Micros)
    // In the epoch's first moment nobody was idle: zero stands for "not told".
    return retell(since, (micros) => Math.max(0, micros === 0 ? seen : clock.now() - micros / 1_000) / 1_000)
  }
}

/** Whether the screen at this machine is locked, or shows a login instead of somebody's session. */
export async function seatLocked(system: DBus): Promise<Told<boolean>> {
  const active = await system.property({ ...SEAT, name: 'ActiveSession' }, z.tuple([z.string(), z.string()]))
  if (active === 'absent' || active === 'failed') return active
  // Nobody's session is at the screen.
  if (active.value[0] === '') return { value: false }
  const path = SessionPath.safeParse(active.value[1])
  if (!path.success) return 'failed'
  const of = { destination: NAME, path: path.data, interface: SESSION }
  const kind = await system.property({ ...of, name: 'Class' }, z.string())
  if (kind === 'absent' || kind === 'failed') return kind
  if (kind.value === 'greeter' || kind.value === 'lock-screen') return { value: true }
  return system.property({ ...of, name: 'LockedHint' }, z.boolean())
}

/** Whether the machine is about to sleep. */
export const preparingForSleep = async (system: DBus): Promise<Told<boolean>> => system.property({ ...MANAGER, name: 'PreparingForSleep' }, z.boolean())
