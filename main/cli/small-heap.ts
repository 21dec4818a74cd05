import { performance } from 'node:perf_hooks'
import { setTimeout as pause } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'

/** One collection finds that code has not run since the one before, the next one that nothing holds on to it. */
const [COLLECTIONS, APART_MS] = [3, 250]
/** So many collections does the engine usually wait before it forgets compiled code that does not run. */
const USUAL_AGE = 6

const LOOK_MS = 1_000
/** Share of a processor. Whoever has more to do has no time to collect often. */
const BUSY = 0.5
/** So many looks in a row have to find little done. */
const CALM_LOOKS = 10
/** Percent by which the heap may grow before it is collected again: each collection keeps everybody waiting, for a tenth of a second in a rush. */
const [CALM_GROWTH, RUSH_GROWTH] = [40, 200]

/** What can be asked of the engine while it runs. */
export interface Engine {
  readonly setFlag: (flag: string) => void
  /** Gives what is free back to the system as well, which a usual collection keeps for what comes next. */
  readonly collect: () => void
}

const v8: Engine = {
  setFlag: setFlagsFromString,
  collect: () => globalThis.gc?.({ type: 'major', flavor: 'last-resort', execution: 'sync' }),
}

/**
 * What only starting needed goes, byte code too: it is compiled again should it ever run again. Nobody waits longer than one collection takes. Machine code
 * stays: to flush that as well (`--flush-baseline-code`) ends the process now and then while the engine compiles in the background.
 */
async function forgetStart({ setFlag, collect }: Engine): Promise<void> {
  setFlag('--bytecode-old-age=1')
  for (let collection = 0; collection < COLLECTIONS; collection += 1) {
    collect()
    await pause(APART_MS, undefined, { ref: false })
  }
  setFlag(`--bytecode-old-age=${USUAL_AGE}`)
}

/** What was seen so far. */
export interface Pace {
  /** Looks in a row that found little done. */
  readonly calm: number
  /** Percent, as the flag has it. */
  readonly growth: number
}

export const AT_START: Pace = { calm: 0, growth: RUSH_GROWTH }

/** After one more look, which found that so much of a processor was taken since the one before: a rush is seen at once, its end once it has lasted. */
export function paceAfter({ calm, growth }: Pace, share: number): Pace {
  if (share >= BUSY) return { calm: 0, growth: RUSH_GROWTH }
  return calm + 1 < CALM_LOOKS ? { calm: calm + 1, growth } : { calm: CALM_LOOKS, growth: CALM_GROWTH }
}

/**
 * Keeps what the engine holds near what is needed while little is done: ten thousand agents that say little would keep a hundred megabytes of what nobody
 * needs. In a rush it may hold more, and is collected as rarely as that allows. Runs for as long as the process does.
 */
export function keepHeapSmall(engine: Engine = v8): void {
  const grow = ({ growth }: Pace) => engine.setFlag(`--heap-growing-percent=${growth}`)
  grow(AT_START)
  let [last, at, pace, hasForgotten] = [process.cpuUsage(), performance.now(), AT_START, false]
  setInterval(() => {
    const { user, system } = process.cpuUsage(last)
    const next = paceAfter(pace, (user + system) / 1_000 / (performance.now() - at))
    const hasChanged = next.growth !== pace.growth
    last = process.cpuUsage()
    at = performance.now()
    pace = next
    if (!hasChanged) return
    grow(pace)
    if (pace.growth !== CALM_GROWTH) return
    // How far it may grow is found out when it is collected; a rush that is over has let it grow far.
    if (hasForgotten) engine.collect()
    else void forgetStart(engine)
    hasForgotten = true
  }, LOOK_MS).unref()
}
