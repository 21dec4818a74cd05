/** Ends of a process further apart than this have nothing to do with each other. */
const WINDOW_MS = 10 * 60_000
const MOST_ENDS = 5
const FIRST_WAIT_MS = 1_000

/**
 * How long to wait before a process that ended by itself is started again: 1, 2, 4, 8 s. The fifth end within ten minutes is one too many, and
 * somebody has to look: `null`. `ends` are the moments at which it ended, on a monotonic clock in milliseconds, the last one now.
 */
export function restartWaitMs(ends: readonly number[]): number | null {
  const now = ends.at(-1) ?? 0
  const recent = ends.filter((at) => now - at < WINDOW_MS).length
  return recent >= MOST_ENDS ? null : FIRST_WAIT_MS * 2 ** Math.max(0, recent - 1)
}
