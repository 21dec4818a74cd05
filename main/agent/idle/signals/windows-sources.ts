import type { Clock } from '../../../kernel/clock.ts'
import { type GameRules, gameAt } from './games.ts'
import { FAST, type Gathered, MEDIUM } from './gathered.ts'
import type { Poller } from './pollers.ts'
import type { PowerSupply } from './power-supply.ts'
import { type Told, createCell } from './reading.ts'
import { WindowsSession, type WindowsSessionRequest } from './windows-session.ts'

export interface WindowsDeps {
  readonly clock: Pick<Clock, 'monotonic'>
  /** Asks the process that asks Windows; its answer is checked here. Rejects, or answers nonsense, if that has none. */
  readonly ask: (request: WindowsSessionRequest) => Promise<unknown>
  readonly gameRules: () => GameRules
}

/** States of `SHQueryUserNotificationState` (shellapi.h) that stand for a program over the whole screen: busy, Direct3D, presentation. */
const WHOLE_SCREEN = new Set([2, 3, 4])
/** Screen saver, lock screen, or another user's session in front. */
const NOT_PRESENT = 1
const FRESH_MS = 22_000
const MAX_GAMES = 16

/** Everything Windows tells the session this process runs in. Whether the network is metered it tells only to programs of another kind. */
export function gatherWindows({ clock, ask, gameRules }: WindowsDeps): Gathered {
  const cell = <T>() => createCell<T>({ source: 'windows', clock, freshMs: FRESH_MS })
  const cells = { idle: cell<number>(), locked: cell<boolean>(), fullscreen: cell<boolean>(), power: cell<PowerSupply>(), games: cell<readonly string[]>() }
  const look = async (request: WindowsSessionRequest): Promise<WindowsSession | null> => {
    const answer = WindowsSession.safeParse(await ask(request).catch(() => null))
    return answer.success ? answer.data : null
  }
  const session: Poller = {
    ...FAST,
    async poll() {
      const told = await look({ programs: false })
      cells.idle.put(known(told?.idleMs, (ms) => ms / 1_000))
      cells.locked.put(known(told?.notification, (state) => state === NOT_PRESENT))
      cells.fullscreen.put(wholeScreen(told))
      cells.power.put(known(told?.power, (power) => power))
    },
  }
  const programs: Poller = {
    ...MEDIUM,
    async poll() {
      const rules = gameRules()
      const found = known((await look({ programs: true }))?.programs, (paths) => [...new Set(paths.flatMap((path) => gameAt(path, rules) ?? []))])
      cells.games.put(found === 'absent' || found === 'failed' ? found : { value: found.value.slice(0, MAX_GAMES) })
    },
  }
  const { idle, locked, fullscreen, power, games } = cells
  return {
    idle: [idle],
    idleAtLast: [],
    idleAtMost: [],
    locked: [locked],
    fullscreen: [fullscreen],
    games: [games],
    inhibitors: [],
    power: [power],
    network: [],
    pollers: [session, programs],
  }
}

const known = <T, U>(value: T | null | undefined, say: (value: T) => U): Told<U> => (value === null || value === undefined ? 'failed' : { value: say(value) })

function wholeScreen(told: WindowsSession | null): Told<boolean> {
  if (!told || (told.notification === null && told.covered === null)) return 'failed'
  return { value: told.covered === true || (told.notification !== null && WHOLE_SCREEN.has(told.notification)) }
}
