import type { Clock } from '../../../kernel/clock.ts'
import type { GpuUse } from './gpu-use.ts'
import type { NetworkCost } from './network-manager.ts'
import type { PowerSupply } from './power-supply.ts'
import type { Reading, Signal } from './reading.ts'
import type { SignalReadings } from './readings.ts'
import type { SleepState } from './sleep.ts'
import type { SignalSources } from './sources.ts'

/** Signals as plain values. */
export interface FakeSignals {
  /** Seconds; grow by themselves as the clock does. */
  readonly inputIdle: number | 'unknown'
  readonly locked: boolean | 'unknown'
  readonly fullscreen: boolean | 'unknown'
  readonly games: readonly string[] | 'unknown'
  readonly inhibitors: readonly string[] | 'unknown'
  readonly power: PowerSupply
  readonly network: NetworkCost | 'unknown'
  readonly cpuOthers: number | 'unknown'
  readonly availableRamBytes: number
  readonly gpus: readonly GpuUse[]
  readonly sleep: SleepState
}

export interface FakeSources extends SignalSources {
  /** Takes effect at once; what is left out stays as it is. */
  readonly set: (signals: Partial<FakeSignals>) => void
}

/** A desktop that nobody has touched for an hour, with nothing against work. */
const FREE: FakeSignals = {
  inputIdle: 3_600,
  locked: false,
  fullscreen: false,
  games: [],
  inhibitors: [],
  power: 'none',
  network: 'free',
  cpuOthers: 0,
  availableRamBytes: 64 * 1024 ** 3,
  gpus: [],
  sleep: { suspending: false, resumedAt: null },
}

/** Signals that a test sets. Reports of input count as in the real ones; those of a meter are ignored. */
export function createFakeSignals(clock: Pick<Clock, 'monotonic'>, start: Partial<FakeSignals> = {}): FakeSources {
  let now: FakeSignals = { ...FREE, ...start }
  let touchedAt = clock.monotonic()
  const set = (signals: Partial<FakeSignals>) => {
    now = { ...now, inputIdle: idleNow(), ...signals }
    touchedAt = clock.monotonic()
  }
  const idleNow = () => (now.inputIdle === 'unknown' ? now.inputIdle : now.inputIdle + (clock.monotonic() - touchedAt) / 1_000)
  const reading = <T>(value: T): Reading<T> => ({ value, at: clock.monotonic(), ageMs: 0, source: 'fake' })
  const signal = <T>(value: T): Signal<Exclude<T, 'unknown'>> => (value === 'unknown' ? 'unknown' : reading(value as Exclude<T, 'unknown'>))
  const read = (): SignalReadings => ({
    inputIdle: signal(idleNow()),
    locked: signal(now.locked),
    fullscreen: signal(now.fullscreen),
    games: signal(now.games),
    inhibitors: signal(now.inhibitors),
    power: signal(now.power),
    network: signal(now.network),
    cpuOthers: signal(now.cpuOthers),
    availableRamBytes: now.availableRamBytes,
    gpus: now.gpus.map(reading),
    sleep: now.sleep,
  })
  return {
    set,
    read,
    report: ({ inputIdle, locked, power }) =>
      set({ ...(inputIdle === undefined ? {} : { inputIdle }), ...(locked === undefined ? {} : { locked }), ...(power === undefined ? {} : { power }) }),
    seeGpu: () => undefined,
    states: () => [],
    tick: async () => undefined,
    run: async () => undefined,
  }
}
