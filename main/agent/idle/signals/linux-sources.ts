import type { Clock } from '../../../kernel/clock.ts'
import { sessionBusAddress, systemBusAddress } from './dbus-address.ts'
import { type DBus, createDBus } from './dbus.ts'
import { GAME_MODE_CHANGED, gameModeGames } from './game-mode.ts'
import { createGamePads } from './game-pad.ts'
import type { GameRules } from './games.ts'
import { FAST, type Gathered, MEDIUM, NOTHING, SCREEN, SLOW, createAsked } from './gathered.ts'
import { gnomeInhibitors, logindInhibitors, powerInhibitors } from './inhibitors.ts'
import type { LineDeps } from './line.ts'
import { PREPARE_FOR_SLEEP, createLogindIdle, preparingForSleep, seatLocked } from './logind.ts'
import { mutterIdle } from './mutter.ts'
import { NETWORK_CHANGED, networkCost } from './network-manager.ts'
import type { Poller } from './pollers.ts'
import { readPowerSupply } from './power-supply.ts'
import { createProcessSweep } from './process-sweep.ts'
import type { SleepWatch } from './sleep.ts'
import { UPOWER_CHANGED, upowerSupply } from './upower.ts'
import { createWaylandIdle, waylandPath } from './wayland-idle.ts'
import { x11Fullscreen } from './x11-fullscreen.ts'
import { x11Idle } from './x11-idle.ts'
import { createX11 } from './x11.ts'
import { displayOf, readCookie } from './x-authority.ts'

export interface LinuxDeps extends LineDeps {
  readonly clock: Clock
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly roots: { readonly sys: string; readonly proc: string; readonly dev: string }
  readonly uid: number
  readonly pid: number
  readonly dedicated: boolean
  readonly gameRules: () => GameRules
  readonly isOwn: (pid: number) => boolean
  readonly sleep: SleepWatch
  /** Asks a source at once. */
  readonly hurry: (poller: Poller) => void
}

/** Everything a Linux machine can tell. What it does not have is absent, and tried again now and then. */
export function gatherLinux(deps: LinuxDeps, signal: AbortSignal): Gathered {
  const { clock, open, environment, uid } = deps
  const busAt = (address: string | null) => createDBus({ clock, open, address, uid }, signal)
  const buses = { session: busAt(sessionBusAddress(environment)), system: busAt(systemBusAddress(environment)) }
  const machine = gatherMachine(deps, buses.system)
  return join(deps.dedicated ? [machine] : [gatherInput(deps, buses, signal), gatherPrograms(deps, buses), machine])
}

interface Buses {
  readonly session: DBus
  readonly system: DBus
}

const join = (parts: readonly Partial<Gathered>[]): Gathered =>
  parts.reduce<Gathered>((all, part) => ({ ...all, ...part, pollers: [...all.pollers, ...(part.pollers ?? [])] }), NOTHING)

function gatherInput(deps: LinuxDeps, { session, system }: Buses, signal: AbortSignal): Partial<Gathered> {
  const { clock, open, environment, roots } = deps
  const display = displayOf(environment)
  const x11 = createX11({ clock, open, path: display?.path ?? null, cookie: () => display && readCookie(environment, display.number) }, signal)
  const wayland = createWaylandIdle({ clock, open, path: waylandPath(environment) }, signal)
  const pads = createGamePads({ devRoot: roots.dev, clock })
  signal.addEventListener('abort', pads.close, { once: true })
  const idle = [
    createAsked({ source: 'x11', clock, pace: FAST, ask: () => x11Idle(x11) }),
    createAsked({ source: 'mutter', clock, pace: FAST, ask: () => mutterIdle(session) }),
    createAsked({ source: 'wayland', clock, pace: FAST, ask: wayland.read }),
  ]
  const logind = createAsked({ source: 'logind', clock, pace: FAST, ask: createLogindIdle(system, clock) })
  const pad = createAsked({ source: 'game pad', clock, pace: FAST, ask: pads.look })
  const locked = createAsked({ source: 'logind', clock, pace: SLOW, ask: () => seatLocked(system) })
  const fullscreen = createAsked({ source: 'x11', clock, pace: SCREEN, ask: () => x11Fullscreen(x11) })
  const input: Poller = {
    ...FAST,
    async poll() {
      await Promise.all(idle.map(async ({ poller }) => poller.poll()))
      if (idle.every(({ cell }) => cell.get() === 'absent')) await logind.poller.poll()
      else logind.cell.put('absent')
    },
  }
  return {
    idle: idle.map(({ cell }) => cell),
    idleAtLast: [logind.cell],
    idleAtMost: [pad.cell],
    locked: [locked.cell],
    fullscreen: [fullscreen.cell],
    pollers: [input, ...[pad, locked, fullscreen].map(({ poller }) => poller)],
  }
}

function gatherPrograms({ clock, roots, gameRules, isOwn, pid, hurry }: LinuxDeps, { session, system }: Buses): Partial<Gathered> {
  const sweep = createAsked({ source: 'processes', clock, pace: MEDIUM, ask: createProcessSweep({ procRoot: roots.proc, rules: gameRules, isOwn }) })
  const gameMode = createAsked({ source: 'gamemode', clock, pace: MEDIUM, ask: () => gameModeGames(session) })
  for (const change of GAME_MODE_CHANGED) session.listen(change, () => hurry(gameMode.poller))
  const inhibitors = [
    createAsked({ source: 'logind', clock, pace: SLOW, ask: () => logindInhibitors(system, pid) }),
    createAsked({ source: 'gnome', clock, pace: SLOW, ask: () => gnomeInhibitors(session) }),
    createAsked({ source: 'power management', clock, pace: SLOW, ask: () => powerInhibitors(session) }),
  ]
  return {
    games: [sweep.cell, gameMode.cell],
    inhibitors: inhibitors.map(({ cell }) => cell),
    pollers: [sweep, gameMode, ...inhibitors].map(({ poller }) => poller),
  }
}

const isAbsent = (told: unknown): boolean => told === 'absent'

function gatherMachine({ clock, roots, sleep, hurry }: LinuxDeps, system: DBus): Partial<Gathered> {
  const kernel = createAsked({
    source: 'kernel',
    clock,
    pace: MEDIUM,
    ask: () => {
      const supply = readPowerSupply(roots.sys)
      return supply === 'unknown' ? 'absent' : { value: supply }
    },
    settled: (told) => isAbsent(told) || (typeof told === 'object' && told.value === 'none'),
  })
  const upower = createAsked({ source: 'upower', clock, pace: SLOW, ask: () => upowerSupply(system), settled: isAbsent })
  const network = createAsked({ source: 'networkmanager', clock, pace: SLOW, ask: () => networkCost(system), settled: isAbsent })
  const suspend: Poller = {
    runningMs: 100,
    restingMs: Infinity,
    async poll() {
      const told = await preparingForSleep(system)
      if (told !== 'absent' && told !== 'failed') sleep.tell(told.value)
    },
  }
  system.listen(UPOWER_CHANGED, () => hurry(upower.poller))
  system.listen(NETWORK_CHANGED, () => hurry(network.poller))
  system.listen(PREPARE_FOR_SLEEP, () => hurry(suspend))
  return { power: [kernel.cell, upower.cell], network: [network.cell], pollers: [kernel, upower, network].map(({ poller }) => poller) }
}
