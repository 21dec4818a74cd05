import type { MonotonicMs } from '../../../../shared/units.ts'
import type { Clock } from '../../../kernel/clock.ts'
import type { Gathered } from './gathered.ts'
import type { GpuUse } from './gpu-use.ts'
import type { NetworkCost } from './network-manager.ts'
import type { PowerSupply } from './power-supply.ts'
import { type Reading, type Rule, type Signal, type Source, combine, least, union } from './reading.ts'
import type { SleepState } from './sleep.ts'

/** Everything that is known of the machine and its owner at one moment. Plain data. */
export interface SignalReadings {
  /** Seconds since anyone touched keyboard, pointer or game pad. Unknown: nobody can say whether the owner is there. */
  readonly inputIdle: Signal<number>
  /** The screen is locked, or shows a login. Unknown is harmless: count it as not locked. */
  readonly locked: Signal<boolean>
  /**
   * A program covers a monitor. Unknown is usual under Wayland and without a screen, and harmless as long as input, games and GPUs are
   * known: they see whoever plays.
   */
  readonly fullscreen: Signal<boolean>
  /** Games that run, as their owner names them; empty: none. Where GameMode is not installed, processes alone tell. Unknown on macOS. */
  readonly games: Signal<readonly string[]>
  /** Programs that keep the screen on, as films do; empty: none, or nothing on this system tells. Unknown is harmless where input is known. */
  readonly inhibitors: Signal<readonly string[]>
  /** Unknown counts as running on battery. */
  readonly power: Signal<PowerSupply>
  /** `untold` is no objection to anything; unknown is one to loading much. */
  readonly network: Signal<NetworkCost>
  /** Share of all cores that others than our jobs use, 0…1. Unknown is harmless to a job that runs: it gets what the owner leaves. */
  readonly cpuOthers: Signal<number>
  /** What programs could still have, which is more than what lies idle. */
  readonly availableRamBytes: number
  /** Every GPU the meter reads; one that was not read lately has the verdict `unknown`, which counts as used. */
  readonly gpus: readonly Reading<GpuUse>[]
  readonly sleep: SleepState
}

/** How one source is doing, for the owner to see. */
export interface SourceState {
  readonly signal: string
  readonly source: string
  readonly state: 'ok' | 'absent' | 'failed'
  /** When it last told something. */
  readonly at: MonotonicMs | null
}

/** Signals that are put together from cells. */
export type Combined = Omit<SignalReadings, 'availableRamBytes' | 'gpus' | 'sleep'>

/** What the sources of a system and the machine's own counters tell. */
export interface Told extends Omit<Gathered, 'pollers'> {
  readonly cpuOthers: readonly Source<number>[]
}

const POWER_ORDER: readonly PowerSupply[] = ['battery', 'unknown', 'mains', 'none']
const COST_ORDER: readonly NetworkCost[] = ['metered', 'free', 'untold']

const LOCKED: Rule<boolean> = { pick: least(Number), isBusy: (locked) => !locked }
const FULLSCREEN: Rule<boolean> = { pick: least((covered) => (covered ? 0 : 1)), isBusy: (covered) => covered }
const NAMES: Rule<readonly string[]> = { pick: union((lists) => [...new Set(lists.flat())]), isBusy: (names) => names.length > 0 }
const POWER: Rule<PowerSupply> = { pick: least((supply) => POWER_ORDER.indexOf(supply)), isBusy: (supply) => supply === 'battery' }
const NETWORK: Rule<NetworkCost> = { pick: least((cost) => COST_ORDER.indexOf(cost)), isBusy: (cost) => cost === 'metered' }

/** Puts every signal together. Where having no source is as good as none of it happening, that is what it says. */
export function combineAll(told: Told, clock: Pick<Clock, 'monotonic'>): Combined {
  return {
    inputIdle: inputIdle(told),
    locked: combine(told.locked, LOCKED),
    fullscreen: combine(told.fullscreen, FULLSCREEN),
    games: combine(told.games, NAMES),
    inhibitors: combine([...told.inhibitors, always<readonly string[]>([], clock)], NAMES),
    power: combine(told.power, POWER),
    network: combine([...told.network, always<NetworkCost>('untold', clock)], NETWORK),
    cpuOthers: combine(told.cpuOthers, { pick: least((share) => share) }),
  }
}

/** The smallest idle time of all that can be trusted; the last resort only where there is no other; then game pads. */
function inputIdle({ idle, idleAtLast, idleAtMost }: Told): Signal<number> {
  const pick = least<number>((seconds) => seconds)
  const isAlone = idle.every((cell) => cell.get() === 'absent')
  const seen = combine(isAlone ? idleAtLast : idle, { pick })
  if (seen === 'unknown') return seen
  const others = idleAtMost.map((cell) => cell.get()).filter((one) => one !== 'absent' && one !== 'failed')
  return pick([seen, ...others])
}

const always = <T>(value: T, clock: Pick<Clock, 'monotonic'>): Source<T> => ({
  source: 'nobody',
  get: () => ({ value, at: clock.monotonic(), ageMs: 0, source: 'nobody' }),
})

const SIGNALS = {
  idle: 'inputIdle',
  idleAtLast: 'inputIdle',
  idleAtMost: 'inputIdle',
  locked: 'locked',
  fullscreen: 'fullscreen',
  games: 'games',
  inhibitors: 'inhibitors',
  power: 'power',
  network: 'network',
  cpuOthers: 'cpuOthers',
} as const satisfies Record<keyof Told, keyof Combined>

/** Every source of every signal, whether or not this machine has it. */
export function sourceStates(told: Told): SourceState[] {
  return Object.entries(SIGNALS).flatMap(([kind, signal]) =>
    told[kind as keyof Told].map((cell: Source<unknown>) => {
      const now = cell.get()
      const isAsleep = now === 'absent' || now === 'failed'
      return { signal, source: cell.source, state: isAsleep ? now : ('ok' as const), at: isAsleep ? null : now.at }
    }),
  )
}
