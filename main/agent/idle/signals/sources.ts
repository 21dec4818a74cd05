import { type Clock, untilMultiple } from '../../../kernel/clock.ts'
import { createLatch, raisedWithin } from '../../../kernel/latch.ts'
import { type CpuLoadDeps, createCpuLoad } from './cpu-load.ts'
import type { GameRules } from './games.ts'
import { type Gathered, MEDIUM, NOTHING, createAsked } from './gathered.ts'
import type { GpuSample } from './gpu-use.ts'
import { createGpuWatch } from './gpu-watch.ts'
import { gatherLinux } from './linux-sources.ts'
import { type OpenSocket, openLocalSocket } from './local-socket.ts'
import { type Poller, createPollers } from './pollers.ts'
import type { PowerSupply } from './power-supply.ts'
import { createCell } from './reading.ts'
import { type SignalReadings, type SourceState, type Told, combineAll, sourceStates } from './readings.ts'
import { createReportedIdle } from './reported-idle.ts'
import { type SleepWatch, createSleepWatch } from './sleep.ts'
import type { WindowsSessionRequest } from './windows-session.ts'
import { gatherWindows } from './windows-sources.ts'

export interface SignalDeps {
  readonly clock: Clock
  readonly platform: NodeJS.Platform
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Of this process. */
  readonly uid: number
  readonly pid: number
  /** `/sys`, `/proc`, `/dev`. */
  readonly roots: { readonly sys: string; readonly proc: string; readonly dev: string }
  readonly open?: OpenSocket
  /** Asks the process that asks Windows, see `openWindowsSession`; `null` elsewhere. */
  readonly askWindows: ((request: WindowsSessionRequest) => Promise<unknown>) | null
  readonly jobRunning: () => boolean
  /** Nobody sits at this machine, so nobody is looked for. */
  readonly dedicated: boolean
  /** Whether a process belongs to a job of ours. */
  readonly isOwn: (pid: number) => boolean
  readonly nameOf: (pid: number) => string | null
  readonly gameRules: () => GameRules
  readonly cpu: CpuLoadDeps
  readonly availableRamBytes: () => number
  /** A source told something new: time to decide anew. May be called several times a second. */
  readonly polled: () => void
}

/** What others report; each counts for ten seconds, except that of sleep. */
export interface SignalReport {
  /** Seconds since the last input. */
  readonly inputIdle?: number
  readonly locked?: boolean
  readonly power?: 'mains' | 'battery'
  /** `true` just before the machine sleeps, `false` after. */
  readonly suspending?: boolean
}

export interface SignalSources {
  readonly read: () => SignalReadings
  readonly report: (report: SignalReport) => void
  /** For every reading of the meter. */
  readonly seeGpu: (sample: GpuSample) => void
  readonly states: () => readonly SourceState[]
  /** Asks every source that is due; meant to be called when a job begins, too, because more of them are due then. */
  readonly tick: () => Promise<void>
  /** Asks the sources until `signal` aborts. */
  readonly run: (signal: AbortSignal) => Promise<void>
}

const TICK_MS = 250
/** Where no owner is looked for, as often as the first source is due, but this often at least: a machine that has slept is noticed by looking. */
const DEDICATED_TICK_MS = 5_000
/** While no job runs, as often as the first source is due, where an owner is looked for and where not; together with whatever else wakes this process. */
const RESTING_TICK_MS = { owned: 5_000, dedicated: 10_000 }
const REPORT_FRESH_MS = 10_000

/**
 * All signals of the idle policy. Each comes from as many sources as the system has; a source that fails makes its signal unknown, one
 * that is absent does not count. Never throws and never rejects. Connections end with `signal`.
 */
export function createSignalSources(deps: SignalDeps, signal: AbortSignal): SignalSources {
  const { clock } = deps
  const sleep = createSleepWatch(clock)
  const reported = createReported(deps)
  const cpu = createAsked({ source: 'kernel', clock, pace: MEDIUM, ask: createCpuLoad(deps.cpu) })
  const { pollers: polled, ...system } = gather(deps, { sleep, hurry: (poller) => pollers.hurry(poller) }, signal)
  const begun = createLatch()
  const heard = () => {
    // What it told may be what makes its source one to be asked more often.
    if (deps.dedicated) begun.raise()
    deps.polled()
  }
  const pollers = createPollers(deps.dedicated ? polled : [...polled, cpu.poller], { ...deps, polled: heard })
  const told: Told = {
    ...system,
    idle: [reported.idle.cell, ...system.idle],
    locked: [reported.locked, ...system.locked],
    power: [reported.power, ...system.power],
    cpuOthers: [cpu.cell],
  }
  const gpus = createGpuWatch(deps)
  const look = async () => {
    if (sleep.look()) deps.polled()
    await pollers.tick()
  }
  return {
    read: () => ({ ...combineAll(told, clock), availableRamBytes: deps.availableRamBytes(), gpus: gpus.read(), sleep: sleep.read() }),
    report(report) {
      if (report.inputIdle !== undefined) reported.idle.report(report.inputIdle)
      if (report.locked !== undefined) reported.locked.put({ value: report.locked })
      if (report.power !== undefined) reported.power.put({ value: report.power })
      if (report.suspending === undefined) return
      sleep.tell(report.suspending)
      deps.polled()
    },
    seeGpu(sample) {
      if (gpus.see(sample)) deps.polled()
    },
    states: () => sourceStates(told),
    async tick() {
      begun.raise()
      await look()
    },
    async run(until) {
      while (!until.aborted) {
        void look()
        await raisedWithin(begun, { ms: tickMs(deps, pollers.paceMs), clock }, until)
      }
    },
  }
}

const tickMs = ({ jobRunning, dedicated, clock }: SignalDeps, paceMs: () => number): number => {
  if (jobRunning()) return dedicated ? untilMultiple(clock, Math.min(paceMs(), DEDICATED_TICK_MS)) : TICK_MS
  return untilMultiple(clock, dedicated ? RESTING_TICK_MS.dedicated : RESTING_TICK_MS.owned)
}

function createReported({ clock, platform, environment }: SignalDeps) {
  const isWayland = Boolean(environment['WAYLAND_DISPLAY']) || environment['XDG_SESSION_TYPE'] === 'wayland'
  const options = { source: 'desktop', clock, freshMs: REPORT_FRESH_MS, whenStale: 'absent' } as const
  return {
    idle: createReportedIdle({ clock, distrustZero: isWayland && platform === 'linux' }),
    locked: createCell<boolean>(options),
    power: createCell<PowerSupply>(options),
  }
}

function gather(deps: SignalDeps, shared: { readonly sleep: SleepWatch; readonly hurry: (poller: Poller) => void }, signal: AbortSignal): Gathered {
  const { platform, askWindows, open = openLocalSocket } = deps
  if (platform === 'linux') return gatherLinux({ ...deps, ...shared, open }, signal)
  return platform === 'win32' && askWindows ? gatherWindows({ ...deps, ask: askWindows }) : NOTHING
}
