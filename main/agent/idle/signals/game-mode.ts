import { z } from 'zod'
import type { DBus, DBusSignal } from './dbus.ts'
import { type Told, retell } from './reading.ts'

const GAME_MODE = { destination: 'com.feralinteractive.GameMode', path: '/com/feralinteractive/GameMode', interface: 'com.feralinteractive.GameMode' }

export const GAME_MODE_CHANGED: readonly DBusSignal[] = ['GameRegistered', 'GameUnregistered'].map((member) => ({ ...GAME_MODE, member }))

/** Games that asked Feral GameMode for a fast machine. It is not started to be asked: if it does not run, it knows of no game. */
export const gameModeGames = async (session: DBus): Promise<Told<readonly string[]>> =>
  retell(await session.property({ ...GAME_MODE, name: 'ClientCount' }, z.number().int().min(0)), (count) => (count > 0 ? ['a game known to GameMode'] : []))
