import type { Yield } from '../../shared/contract/agent.ts'
import { toIso } from '../../shared/units.ts'
import type { Clock } from '../kernel/clock.ts'
import type { YieldMark } from './idle/policy.ts'
import type { MemoryOutcome } from './vram-watch.ts'

export interface YieldWatchDeps {
  readonly clock: Pick<Clock, 'now' | 'monotonic'>
  readonly save: (record: Yield) => void
  readonly changed: () => void
}

/** Times how fast the owner gets the machine back. */
export interface YieldWatch {
  readonly began: (mark: YieldMark) => void
  /** The job stands still, or has hardly any processor time left. */
  readonly gaveWay: () => void
  readonly wentOn: () => void
  /** Nothing of the job runs any more. */
  readonly gone: () => void
  readonly settled: (outcome: MemoryOutcome) => void
}

interface Open {
  readonly mark: YieldMark
  readonly at: string
  readonly decidedMs: number
  readonly computeStoppedMs: number | null
  readonly goneMs: number | null
}

/** One yield at a time, because jobs run one after the other. */
export function createYieldWatch({ clock, save, changed }: YieldWatchDeps): YieldWatch {
  let open: Open | null = null
  let standsStill = false
  const sinceSignal = (mark: YieldMark, at: number = clock.monotonic()): number => Math.max(0, at - mark.since)
  const close = (memory: Yield['memory'], memoryMs: number | null): void => {
    if (open === null) return
    const { mark, at, decidedMs, computeStoppedMs, goneMs } = open
    open = null
    save({ at, code: mark.code, kind: mark.kind, decidedMs, computeStoppedMs, goneMs, memory, memoryMs })
    changed()
  }
  return {
    began(mark) {
      const decidedMs = sinceSignal(mark)
      open = { mark, at: toIso(clock.now()), decidedMs, computeStoppedMs: standsStill ? decidedMs : null, goneMs: null }
    },
    gaveWay() {
      standsStill = true
      if (open === null || open.computeStoppedMs !== null) return
      open = { ...open, computeStoppedMs: sinceSignal(open.mark) }
      if (open.mark.kind === 'rested') close(null, null)
    },
    wentOn() {
      standsStill = false
      // What had not begun to run leaves nothing to time.
      if (open?.goneMs === null) open = null
    },
    gone() {
      standsStill = false
      if (open === null) return
      const goneMs = sinceSignal(open.mark)
      open = { ...open, mark: { ...open.mark, kind: 'stopped' }, goneMs, computeStoppedMs: open.computeStoppedMs ?? goneMs }
    },
    settled({ verdict, at }) {
      if (open?.goneMs != null) close(verdict, verdict === null ? null : sinceSignal(open.mark, at))
    },
  }
}
