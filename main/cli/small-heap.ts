import { performance } from 'node:perf_hooks'
import { setTimeout as pause } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'

const AFTER_START_MS = 10_000
/** One collection finds that code has not run since the one before, the next one that nothing holds on to it. */
const [COLLECTIONS, APART_MS] = [3, 250]
/** So many collections does the engine usually wait before it forgets compiled code that does not run. */
const USUAL_AGE = 6

const LOOK_MS = 10_000
/** Share of a processor. Whoever has more to do has no time to collect often, and 0 is the engine's own growth. */
const BUSY = 0.5
const [GROWTH, OWN_GROWTH] = [40, 0]

/** What only starting needed goes, compiled code too: it is compiled again should it ever run again. Nobody waits longer than one collection takes. */
async function forgetStart(): Promise<void> {
  setFlagsFromString('--bytecode-old-age=1')
  setFlagsFromString('--flush-baseline-code')
  for (let collection = 0; collection < COLLECTIONS; collection += 1) {
    globalThis.gc?.({ type: 'major', flavor: 'last-resort', execution: 'sync' })
    await pause(APART_MS, undefined, { ref: false })
  }
  setFlagsFromString('--no-flush-baseline-code')
  setFlagsFromString(`--bytecode-old-age=${USUAL_AGE}`)
}

/** Percent by which the heap may grow before it is collected again, by how much of a processor the last seconds took. */
export const growthFor = (share: number): number => (share < BUSY ? GROWTH : OWN_GROWTH)

/**
 * Keeps what the engine holds near what is needed. By itself it collects only once that is up to four times as much, which is quick and right for whoever
 * works hard; ten thousand agents that say little would keep a hundred megabytes of what nobody needs. Runs for as long as the process does.
 */
export function keepHeapSmall(): void {
  let [last, at, wasBusy] = [process.cpuUsage(), performance.now(), false]
  setFlagsFromString(`--heap-growing-percent=${GROWTH}`)
  setTimeout(() => void forgetStart(), AFTER_START_MS).unref()
  setInterval(() => {
    const { user, system } = process.cpuUsage(last)
    const growth = growthFor((user + system) / 1_000 / (performance.now() - at))
    setFlagsFromString(`--heap-growing-percent=${growth}`)
    // How far it may grow is found out when it is collected; a rush that is over has let it grow far.
    if (wasBusy && growth === GROWTH) globalThis.gc?.()
    last = process.cpuUsage()
    at = performance.now()
    wasBusy = growth !== GROWTH
  }, LOOK_MS).unref()
}
