import type { Yield } from '../../shared/contract/yield.ts'
import { toIso } from '../../shared/units.ts'
import type { Clock } from '../kernel/clock.ts'
import type { YieldMark } from './idle/policy.ts'
import type { MemoryOutcome } from './vram-watch.ts'

export interface YieldWatchDeps {
  readonly clock: Pick<Clock, 'now' | 'monotonic'>
  readonly save: (record: Yield) => void
  readonly changed: () => void
}

/** Times how fast the owner gets the machine back: as fast as from the slowest of the attempts that run. */
export interface YieldWatch {
  readonly began: (mark: YieldMark) => void
  /** From now on an attempt may compute. */
  readonly begun: (attemptId: string) => void
  /** It stands still, or has hardly any processor time left. */
  readonly gaveWay: (attemptId: string) => void
  readonly wentOn: () => void
  /** Nothing of it runs any more. */
  readonly gone: (attemptId: string) => void
  readonly settled: (attemptId: string, outcome: MemoryOutcome) => void
}

interface Open {
  readonly mark: YieldMark
  readonly at: string
  readonly decidedMs: number
  readonly computeStoppedMs: number | null
  readonly goneMs: number | null
  readonly memory: MemoryOutcome['verdict']
}

const VERDICTS = [null, 'back', 'others', 'held'] as const
const worse = (a: MemoryOutcome['verdict'], b: MemoryOutcome['verdict']) => VERDICTS[Math.max(VERDICTS.indexOf(a), VERDICTS.indexOf(b))] ?? null

/** One yield at a time, because all attempts make room for the same owner. */
export function createYieldWatch({ clock, save, changed }: YieldWatchDeps): YieldWatch {
  let open: Open | null = null
  const computing = new Map<string, { isStill: boolean }>()
  const unsettled = new Set<string>()
  const sinceSignal = (mark: YieldMark, at: number = clock.monotonic()): number => Math.max(0, at - mark.since)
  const standsStill = (): boolean => computing.values().every(({ isStill }) => isStill)
  const close = (memory: Yield['memory'], memoryMs: number | null): void => {
    if (open === null) return
    const { mark, at, decidedMs, computeStoppedMs, goneMs } = open
    open = null
    save({ at, code: mark.code, kind: mark.kind, decidedMs, computeStoppedMs, goneMs, memory, memoryMs })
    changed()
  }
  const noteStill = (): void => {
    if (open === null || open.computeStoppedMs !== null || !standsStill()) return
    open = { ...open, computeStoppedMs: sinceSignal(open.mark) }
    if (open.mark.kind === 'rested') close(null, null)
  }
  const noteGone = (): void => {
    if (open === null) return
    const goneMs = sinceSignal(open.mark)
    open = { ...open, mark: { ...open.mark, kind: 'stopped' }, goneMs, computeStoppedMs: open.computeStoppedMs ?? goneMs }
  }
  return {
    began(mark) {
      const decidedMs = sinceSignal(mark)
      const computeStoppedMs = computing.size > 0 && standsStill() ? decidedMs : null
      open = { mark, at: toIso(clock.now()), decidedMs, computeStoppedMs, goneMs: null, memory: null }
    },
    begun: (attemptId) => void computing.set(attemptId, { isStill: false }),
    gaveWay(attemptId) {
      const one = computing.get(attemptId)
      if (one) one.isStill = true
      noteStill()
    },
    wentOn() {
      for (const one of computing.values()) one.isStill = false
      // What had not begun to run leaves nothing to time.
      if (open?.goneMs === null) open = null
    },
    gone(attemptId) {
      if (!computing.delete(attemptId)) return
      unsettled.add(attemptId)
      if (computing.size === 0) noteGone()
      else noteStill()
    },
    settled(attemptId, { verdict, at }) {
      unsettled.delete(attemptId)
      if (open === null) return
      open = { ...open, memory: worse(open.memory, verdict) }
      if (open.goneMs !== null && unsettled.size === 0) close(open.memory, open.memory === null ? null : sinceSignal(open.mark, at))
    },
  }
}
