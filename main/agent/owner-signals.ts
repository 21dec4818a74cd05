import { cpus } from 'node:os'
import type { SignalSource } from '../../shared/contract/agent.ts'
import type { Clock } from '../kernel/clock.ts'
import { runsInContainer } from './gpu/processes.ts'
import type { Signals } from './idle/objection.ts'
import { sumTimes } from './idle/signals/cpu-load.ts'
import { gpuSample } from './idle/signals/gpu-watch.ts'
import { processName } from './idle/signals/process-names.ts'
import { type SignalDeps, type SignalSources, createSignalSources } from './idle/signals/sources.ts'
import type { PowerSample, PowerSource } from './power-source.ts'

export interface OwnerSignalsDeps {
  readonly clock: Clock
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly jobRunning: () => boolean
  readonly askWindows: SignalDeps['askWindows']
  readonly gameRules: SignalDeps['gameRules']
  readonly dedicated: boolean
  /** Devices that jobs may get, by hardware id: what the owner does on others is not looked at. */
  readonly lent: () => ReadonlySet<string>
  readonly hottestC: () => number | null
  readonly others: () => Signals['others']
  /** Time to decide anew. */
  readonly polled: () => void
}

/** What the policy is told about this machine and its owner. */
export interface OwnerSignals extends Pick<SignalSources, 'report' | 'run' | 'tick'> {
  readonly read: () => Signals
  readonly sources: () => SignalSource[]
  readonly seeDevice: (source: PowerSource, sample: PowerSample) => void
  /** Bytes nobody uses; `null` if the device does not tell. */
  readonly freeVram: (uuid: string) => number | null
  /** The network costs, or nobody can say whether it does. */
  readonly isMetered: () => boolean
}

const ROOTS = { sys: '/sys', proc: '/proc', dev: '/dev' }

/** Opens the signals of this very machine. Connections end with `signal`. */
export function openOwnerSignals(deps: OwnerSignalsDeps, signal: AbortSignal): OwnerSignals {
  const { clock, jobRunning, lent } = deps
  const ram = createRamWatch(clock)
  const heat = createHeatWatch(deps.hottestC)
  const isOwn = (pid: number) => jobRunning() && runsInContainer(pid)
  const sources = createSignalSources(
    {
      ...deps,
      platform: process.platform,
      uid: process.getuid?.() ?? 0,
      pid: process.pid,
      roots: ROOTS,
      isOwn,
      nameOf: (pid) => processName(pid, ROOTS.proc),
      // What a job uses cannot be told apart here, so while one runs nobody says how busy others are.
      cpu: { times: () => sumTimes(cpus()), ownMs: () => (jobRunning() ? null : 0) },
      availableRamBytes: () => ram.bytes(),
    },
    signal,
  )
  return {
    report: sources.report,
    run: sources.run,
    tick: sources.tick,
    read() {
      const devices = lent()
      const { availableRamBytes: _ram, network: _network, gpus, ...told } = sources.read()
      return { ...told, gpus: gpus.filter(({ value }) => devices.has(value.device)), temperatureC: deps.hottestC(), others: deps.others() }
    },
    sources: () =>
      sources
        .states()
        .map(({ signal: name, source, state, at }) => ({ signal: name, source, state, ageMs: at === null ? null : Math.max(0, clock.monotonic() - at) })),
    seeDevice(source, sample) {
      const seen = gpuSample(source, sample, process.platform)
      if (seen) sources.seeGpu(seen)
      if (heat.isOther()) deps.polled()
    },
    freeVram: (uuid) => sources.read().gpus.find(({ value }) => value.device === uuid)?.value.memoryFreeBytes ?? null,
    isMetered() {
      const { network } = sources.read()
      return network === 'unknown' || network.value === 'metered'
    },
  }
}

const RAM_KEPT_MS = 10_000

/** To ask takes longer than everything else, and it is asked for with every decision. */
function createRamWatch(clock: Pick<Clock, 'monotonic'>) {
  let known: { readonly bytes: number; readonly until: number } | null = null
  return {
    bytes(): number {
      if (known === null || clock.monotonic() >= known.until) known = { bytes: process.availableMemory(), until: clock.monotonic() + RAM_KEPT_MS }
      return known.bytes
    },
  }
}

/** Tells when the hottest device is not as hot any more as it was when this was asked last, in whole degrees. */
function createHeatWatch(hottestC: OwnerSignalsDeps['hottestC']) {
  let before: number | null = null
  return {
    isOther(): boolean {
      const celsius = hottestC()
      const now = celsius === null ? null : Math.round(celsius)
      const isOther = now !== before
      before = now
      return isOther
    },
  }
}
