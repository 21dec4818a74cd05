import type { Clock } from '../../kernel/clock.ts'

/** So long at a time, then everybody else gets a turn. */
const SLICE_MS = 2

/** Does a long piece of work in slices, so that whoever waits for the event loop does not notice. */
export async function inSlices<T>(work: Generator<undefined, T>, clock: Pick<Clock, 'monotonic'>): Promise<T> {
  let until = clock.monotonic() + SLICE_MS
  for (;;) {
    const next = work.next()
    if (next.done) return next.value
    if (clock.monotonic() < until) continue
    await new Promise<void>((resolve) => setImmediate(resolve))
    until = clock.monotonic() + SLICE_MS
  }
}
