import type { Poller } from './pollers.ts'
import type { NetworkCost } from './network-manager.ts'
import type { PowerSupply } from './power-supply.ts'
import { type Cell, type Source, type Told, createCell } from './reading.ts'
import type { Clock } from '../../../kernel/clock.ts'

/** The sources of one system, by what they tell, and how they are asked. */
export interface Gathered {
  /** Each may be trusted to see whatever the owner does. */
  readonly idle: readonly Source<number>[]
  /** Counts only where nothing better is known. */
  readonly idleAtLast: readonly Source<number>[]
  /** Sees some input and not other, so it can shorten the idle time, but never make one. */
  readonly idleAtMost: readonly Source<number>[]
  readonly locked: readonly Source<boolean>[]
  readonly fullscreen: readonly Source<boolean>[]
  readonly games: readonly Source<readonly string[]>[]
  readonly inhibitors: readonly Source<readonly string[]>[]
  readonly power: readonly Source<PowerSupply>[]
  readonly network: readonly Source<NetworkCost>[]
  readonly pollers: readonly Poller[]
}

export const NOTHING: Gathered = {
  idle: [],
  idleAtLast: [],
  idleAtMost: [],
  locked: [],
  fullscreen: [],
  games: [],
  inhibitors: [],
  power: [],
  network: [],
  pollers: [],
}

export interface Asked<T> {
  readonly cell: Cell<T>
  readonly poller: Poller
}

export interface Pace {
  readonly runningMs: number
  readonly restingMs: number
}

/** Input; what is on the screen, which matters only once nobody types; what comes and goes with programs; what seldom changes. */
export const FAST: Pace = { runningMs: 250, restingMs: 5_000 }
export const SCREEN: Pace = { runningMs: 250, restingMs: 10_000 }
export const MEDIUM: Pace = { runningMs: 1_000, restingMs: 10_000 }
export const SLOW: Pace = { runningMs: 5_000, restingMs: 30_000 }

/**
 * A source that is asked at a pace, and whose answer holds until two were due. One whose answer is `settled` is not asked more often
 * while a job runs: it comes from how the machine is built.
 */
export function createAsked<T>(options: {
  readonly source: string
  readonly clock: Pick<Clock, 'monotonic'>
  readonly pace: Pace
  readonly ask: () => Told<T> | Promise<Told<T>>
  readonly settled?: (told: Told<T>) => boolean
}): Asked<T> {
  const { source, clock, pace, ask, settled } = options
  const cell = createCell<T>({ source, clock, freshMs: 2 * pace.restingMs + 2_000 })
  // Until it has answered it might be the one that sees the owner.
  cell.put('failed')
  let isSettled = false
  return {
    cell,
    poller: {
      ...pace,
      isSettled: () => isSettled,
      async poll() {
        const told = await ask()
        isSettled = settled?.(told) ?? false
        return cell.put(told)
      },
    },
  }
}
