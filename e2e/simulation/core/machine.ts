/** A computer with clocks that are not quite right, which crashes, sleeps and goes on. */
import { type EpochMs, type MonotonicMs, epochMs, monotonicMs } from '../../../shared/units.ts'
import type { Agenda } from './agenda.ts'

interface MachineClock {
  readonly now: () => EpochMs
  readonly monotonic: () => MonotonicMs
  readonly sinceBoot: () => MonotonicMs
}

export interface Machine {
  readonly name: string
  readonly clock: MachineClock
  readonly isUp: () => boolean
  readonly isAsleep: () => boolean
  /** Counts starts: what was begun before the last one does not go on. */
  readonly starts: () => number
  /** On its own clock, and only while it has not been started again; one that sleeps is woken later. */
  readonly after: (ms: number, happen: () => void) => void
  /** Something reaches it from outside. */
  readonly receive: (happen: () => void) => void
  readonly crash: () => void
  readonly start: () => void
  readonly sleep: () => void
  readonly wake: () => void
  /** Sets the wall clock, by so much. */
  readonly jump: (ms: number) => void
  /** Sets the wall clock right but for what it is always off. */
  readonly setRight: () => void
  /** How far the wall clock is ahead of the true time. */
  readonly aheadMs: () => number
}

interface Quirks {
  readonly name: string
  /** True time at the start, epoch ms. */
  readonly epoch: number
  readonly skewMs: number
  readonly driftPpm: number
}

export function createMachine(agenda: Agenda, { name, epoch, skewMs, driftPpm }: Quirks): Machine {
  const rate = 1 + driftPpm / 1e6
  let [isUp, asleepSince, sleptMs, aheadMs, starts] = [true, -1, 0, skewMs, 1]
  let deferred: (() => void)[] = []
  const isAsleep = (): boolean => asleepSince >= 0
  const receive = (happen: () => void): void => {
    if (!isUp) return
    if (isAsleep()) deferred.push(happen)
    else happen()
  }
  return {
    name,
    clock: {
      now: () => epochMs(Math.floor(epoch + aheadMs + agenda.now())),
      monotonic: () => monotonicMs(((isAsleep() ? asleepSince : agenda.now()) - sleptMs) * rate),
      sinceBoot: () => monotonicMs(agenda.now() * rate),
    },
    isUp: () => isUp,
    isAsleep,
    starts: () => starts,
    after(ms, happen) {
      const begun = starts
      agenda.after(ms / rate, () => starts === begun && receive(() => starts === begun && happen()))
    },
    receive,
    crash() {
      isUp = false
      starts += 1
      deferred = []
      asleepSince = -1
    },
    start() {
      isUp = true
      // A clock that never jumps begins anew with the machine; nothing may depend on where.
      sleptMs = 0
    },
    sleep() {
      if (isUp && !isAsleep()) asleepSince = agenda.now()
    },
    wake() {
      if (!isAsleep()) return
      sleptMs += agenda.now() - asleepSince
      asleepSince = -1
      const due = deferred
      deferred = []
      for (const happen of due) receive(happen)
    },
    jump(ms) {
      aheadMs += ms
    },
    setRight() {
      aheadMs = skewMs
    },
    aheadMs: () => aheadMs,
  }
}
