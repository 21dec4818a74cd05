import type { Clock } from '../../../kernel/clock.ts'
import { type Cell, createCell } from './reading.ts'

export interface ReportedIdle {
  readonly cell: Cell<number>
  /** Seconds since the last input, from whoever can see the owner's session, such as the desktop shell. */
  readonly report: (seconds: number) => void
}

/** A report older than this says nothing about now. */
const FRESH_MS = 10_000

/**
 * Input idle time as reported from outside. Under Wayland what Electron tells is 0 for ever on many desktops (electron issues 34826
 * and 27912), so there `distrustZero` counts the reporter as absent until it has told of a moment without input.
 */
export function createReportedIdle({ clock, distrustZero }: { readonly clock: Pick<Clock, 'monotonic'>; readonly distrustZero: boolean }): ReportedIdle {
  const cell = createCell<number>({ source: 'desktop', clock, freshMs: FRESH_MS, whenStale: 'absent' })
  let isTrusted = !distrustZero
  return {
    cell,
    report(seconds) {
      const isTime = Number.isFinite(seconds) && seconds >= 0
      isTrusted ||= isTime && seconds > 0
      cell.put(isTime ? (isTrusted ? { value: seconds } : 'absent') : 'failed')
    },
  }
}
