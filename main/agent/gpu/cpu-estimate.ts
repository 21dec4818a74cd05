import { openSync, readSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import type { Clock } from '../../kernel/clock.ts'
import { type PowerSource, emptySample } from '../power-source.ts'
import type { CpuIdentity } from './cpu.ts'
import { now } from './moment.ts'
import { tolerant } from './sysfs.ts'

/** Linux counts CPU time for user space in hundredths of a second, whatever the kernel's own tick (USER_HZ). */
const TICKS_PER_SECOND = 100
/** Full-load package power per hardware thread: 5 W is 60 W for a 12-thread desktop; boards with Arm cores draw far less. */
const WATTS_PER_THREAD: Readonly<Partial<Record<NodeJS.Architecture, number>>> = { arm: 1.5, arm64: 2 }
const DEFAULT_WATTS_PER_THREAD = 5
const ESTIMATE_UNCERTAINTY_PCT = 60

export interface EstimateDeps {
  readonly procRoot: string
  readonly clock: Clock
  readonly cpu: CpuIdentity
  readonly arch?: NodeJS.Architecture
}

/**
 * The last resort, for machines that let nothing be read: share of time the processor was busy × an assumed package power.
 * It counts like a counter, because the kernel's busy time is one. An idle processor counts as 0 W, so it under-reports.
 */
export function cpuEstimate({ procRoot, clock, cpu, arch = process.arch }: EstimateDeps): PowerSource {
  const readStat = statReader(procRoot)
  const perThread = WATTS_PER_THREAD[arch] ?? DEFAULT_WATTS_PER_THREAD
  const packageW = cpu.threads * perThread
  return {
    device: {
      kind: 'cpu',
      vendor: cpu.vendor,
      name: cpu.model,
      driver: 'none',
      uuid: `${cpu.model} package-0`,
      busId: null,
      vramBytes: null,
      powerLimitW: packageW,
      containerIds: [],
      instances: null,
    },
    method: 'estimate',
    reader: 'busy time of the processor, not a meter',
    sensor: {
      updateMs: 1000 / TICKS_PER_SECOND,
      uncertaintyPct: ESTIMATE_UNCERTAINTY_PCT,
      basis: `not measured: busy share of the CPU × an assumed ${packageW} W (${cpu.threads} threads × ${perThread} W)`,
      wrapMj: null,
      power: 'power-instant',
    },
    rest: null,
    sample: async () => {
      const at = now(clock)
      const busy = busySeconds(readStat())
      return { ...emptySample(at, busy === null ? 'unavailable' : 'ok'), energyMj: busy === null ? null : busy * perThread * 1000 }
    },
  }
}

/** Room for the first line: ten counters of at most twenty digits. */
const LINE_BYTES = 256

/** Reads the beginning of `stat`, which the kernel writes anew for whoever reads from there; so the file is opened once. */
function statReader(procRoot: string): () => string | null {
  const bytes = Buffer.alloc(LINE_BYTES)
  let file: number | null = null
  return () =>
    tolerant(() => {
      file ??= openSync(join(procRoot, 'stat'), 'r')
      return bytes.toString('latin1', 0, readSync(file, bytes, 0, LINE_BYTES, 0))
    })
}

/** Seconds that all threads together have worked since start: user, nice, system, irq, softirq; not idle, waiting or stolen time. */
function busySeconds(stat: string | null): number | null {
  if (stat === null) return busySecondsOfRuntime()
  const line = stat.split('\n', 1)[0] ?? ''
  const [user, nice, system, , , irq, softirq] = line.split(/\s+/).slice(1).map(Number)
  const ticks = (user ?? Number.NaN) + (nice ?? 0) + (system ?? 0) + (irq ?? 0) + (softirq ?? 0)
  return Number.isFinite(ticks) ? ticks / TICKS_PER_SECOND : null
}

/** Where there is no `/proc`: the runtime's own figures, in milliseconds. */
function busySecondsOfRuntime(): number | null {
  const all = cpus()
  return all.length === 0 ? null : all.reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0) / 1000
}
