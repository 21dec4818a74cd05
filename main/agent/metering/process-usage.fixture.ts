import { readFileSync } from 'node:fs'
import { basename } from 'node:path'

/** User space is told times in hundredths of a second (USER_HZ). */
const MS_PER_TICK = 10

/** MiB, of the agent with its children. */
interface Memory {
  /** Pages of Node itself count once in every process. */
  readonly rss: number
  /** They count by how many share them. */
  readonly pss: number
  /** They do not count: what the machine would have back. */
  readonly own: number
}

export interface Usage {
  readonly cpuMs: number
  readonly memory: Memory
  readonly programs: readonly string[]
}

/** An empty text for a process that has ended. */
export const readText = (file: string): string => {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

/** A process and all below it, apart from jobs. */
const family = (pid: number): number[] => {
  if (/wasm/.test(readText(`/proc/${pid}/cmdline`))) return []
  const children = readText(`/proc/${pid}/task/${pid}/children`).trim().split(' ').filter(Boolean).map(Number)
  return [pid, ...children.flatMap(family)]
}

/** What a process and its children cost since they started. Linux only, because it reads `/proc`. */
export function usageOf(pid: number): Usage {
  const pids = family(pid)
  // The name in parentheses may hold anything; user and system time are fields 14 and 15.
  const ticks = pids
    .map((one) => readText(`/proc/${one}/stat`).split(') ').at(-1)?.split(' ') ?? [])
    .map((fields) => Number(fields[11] ?? 0) + Number(fields[12] ?? 0))
  const rollups = pids.map((one) => readText(`/proc/${one}/smaps_rollup`))
  const mib = (field: string) => rollups.reduce((sum, text) => sum + Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? 0), 0) / 1_024
  return {
    cpuMs: ticks.reduce((sum, count) => sum + count, 0) * MS_PER_TICK,
    memory: { rss: mib('Rss'), pss: mib('Pss'), own: mib('Anonymous') },
    programs: pids.map((one) =>
      basename(
        readText(`/proc/${one}/cmdline`)
          .split('\0')
          .slice(1)
          .find((word) => !word.startsWith('-')) ?? '',
      ),
    ),
  }
}
