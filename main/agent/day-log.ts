import type { DayCode, DayReport } from '../../shared/contract/day-report.ts'
import type { Clock } from '../kernel/clock.ts'
import { boundsOf, reportDay } from './day-report.ts'
import type { DaySpansStore } from './day-spans.store.ts'

export interface DayLogDeps {
  readonly clock: Clock
  readonly spans: DaySpansStore
  /** What the machine's time goes to at this moment. */
  readonly code: () => DayCode
}

export interface DayLog {
  /** Something may have changed. */
  readonly look: () => void
  /** `day` as in `2026-03-01`, UTC. */
  readonly report: (day: string) => DayReport
  readonly run: (signal: AbortSignal) => Promise<void>
}

/** Written this often, so that a crash loses no more. */
const WRITE_EVERY_MS = 60_000
/** The two clocks part by this much only when the machine sleeps or its clock is set. */
const JUMP_MS = 2_000
/** Nobody looks this seldom: the machine slept on a clock that ran on. */
const ABSENT_MS = 3 * WRITE_EVERY_MS
const KEPT_MS = 400 * 86_400_000

interface Open {
  readonly seq: number
  readonly code: DayCode
  readonly writtenAt: number
}

/** Keeps a record of what every moment goes to, across restarts, sleep and clocks that are set. */
export function createDayLog({ clock, spans, code }: DayLogDeps): DayLog {
  let open: Open | null = null
  let seen = { wall: clock.now() as number, mono: clock.monotonic() as number }
  const begin = (from: number, next: DayCode): void => {
    open = { seq: spans.begin({ from, to: clock.now(), code: next }), code: next, writtenAt: clock.monotonic() }
  }
  /** Up to here the machine was awake; what lies between that and now, it was not, or its clock was set. */
  const closeAtJump = (): void => {
    const [wall, mono] = [clock.now(), clock.monotonic()]
    const awakeMs = mono - seen.mono > ABSENT_MS ? 0 : mono - seen.mono
    const lastAwake = seen.wall + awakeMs
    if (open && Math.abs(wall - lastAwake) > JUMP_MS) {
      spans.extend(open.seq, lastAwake)
      open = null
      if (wall > lastAwake) spans.begin({ from: lastAwake, to: wall, code: 'asleep' })
    }
    seen = { wall, mono }
  }
  const look = (): void => {
    closeAtJump()
    const next = code()
    if (open === null) return begin(clock.now(), next)
    if (open.code !== next) {
      spans.extend(open.seq, clock.now())
      begin(clock.now(), next)
    } else if (clock.monotonic() - open.writtenAt >= WRITE_EVERY_MS) write()
  }
  const write = (): void => {
    if (open === null) return
    spans.extend(open.seq, clock.now())
    open = { ...open, writtenAt: clock.monotonic() }
  }
  return {
    look,
    report(day) {
      look()
      write()
      const { from, to } = boundsOf(day)
      return reportDay(day, spans.between(from, to), clock.now())
    },
    async run(signal) {
      spans.forgetBefore(clock.now() - KEPT_MS)
      do look()
      while (await clock.sleep(WRITE_EVERY_MS, signal))
      closeAtJump()
      write()
    },
  }
}
