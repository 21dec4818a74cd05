import { readdirSync } from 'node:fs'
import { monitorEventLoopDelay, performance } from 'node:perf_hooks'
import { type Run, aborted } from '../../kernel/lifecycle.ts'
import type { Catalogue } from './catalogue.ts'

/** Between two looks at how late the event loop is, ms: seldom enough that an idle process stays asleep. */
const LOOK_MS = 100
const none = {}

function openFiles(): number {
  try {
    return readdirSync('/proc/self/fd').length
  } catch {
    return -1
  }
}

/** Reads what the system says of this process whenever it is asked; of the event loop while it runs. */
export function watchProcess({ process: own }: Catalogue): { readonly read: () => void; readonly run: Run } {
  const delay = monitorEventLoopDelay({ resolution: LOOK_MS })
  own.started.set(none, performance.timeOrigin / 1_000)
  return {
    read() {
      const { user, system } = process.cpuUsage()
      own.cpu.reach(none, (user + system) / 1e6)
      const { rss, heapUsed } = process.memoryUsage()
      own.memory.set(none, rss)
      own.heap.set(none, heapUsed)
      own.files.set(none, openFiles())
      // What it measures is the time between two looks.
      const lag = (quantile: number) => Math.max(0, delay.percentile(quantile * 100) / 1e9 - LOOK_MS / 1_000)
      for (const quantile of [0.5, 0.99, 1]) own.lag.set({ quantile: String(quantile) }, delay.count > 0 ? lag(quantile) : 0)
      delay.reset()
    },
    async run(signal) {
      delay.enable()
      await aborted(signal)
      delay.disable()
    },
  }
}
