import { existsSync, readFileSync } from 'node:fs'

/** Of a process, megabytes: everything it has in memory, and what it shares with nobody. */
export interface ProcessMemory {
  readonly rss: number
  readonly private: number
}

/** `null` where the kernel does not say (other than Linux). */
export function memoryOf(pid: number): ProcessMemory | null {
  const file = `/proc/${pid}/smaps_rollup`
  if (!existsSync(file)) return null
  const text = readFileSync(file, 'utf8')
  const megabytes = (key: string) => Number(new RegExp(`^${key}:\\s+(\\d+) kB`, 'm').exec(text)?.[1]) / 1_024
  return { rss: megabytes('Rss'), private: megabytes('Private_Dirty') + megabytes('Private_Clean') }
}

const TICKS_PER_SECOND = 100

/** Processor time a process has used so far, seconds; `null` where the kernel does not say. */
export function cpuSecondsOf(pid: number): number | null {
  const file = `/proc/${pid}/stat`
  if (!existsSync(file)) return null
  const fields = readFileSync(file, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
}

/** How many files this process may have open, and with it each that it starts. */
export function mostOpenFiles(): number {
  const limits = existsSync('/proc/self/limits') ? readFileSync('/proc/self/limits', 'utf8') : ''
  return Number(/^Max open files\s+(\d+)/m.exec(limits)?.[1] ?? 0)
}
