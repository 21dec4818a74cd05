import { WindfallError } from '../../../shared/errors.ts'
import type { AgentStatus, PowerReading } from '../../../shared/contract/agent.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { MeteredRun } from '../attempt.ts'
import type { DeviceKind, PowerSource } from '../power-source.ts'
import { type Live, createLive } from './live.ts'
import { startSession } from './session.ts'

export interface MeterDeps {
  readonly sources: readonly PowerSource[]
  readonly clock: Clock
  readonly nodeId: string
  /** Whether a process that computes on a GPU belongs to the attempt under way. */
  readonly isOwnProcess: (pid: number) => boolean
  readonly onReading: (reading: PowerReading) => void
}

interface MeterSession {
  /** Takes a last reading and concludes. A second call gives the same answer. */
  readonly stop: () => Promise<MeteredRun>
}

export interface Meter extends Pick<Live, 'latest' | 'readings' | 'hottestC'> {
  readonly devices: () => AgentStatus['devices']
  /** Looks now and then while no attempt runs, so that the owner sees what the machine draws. */
  readonly run: (signal: AbortSignal) => Promise<void>
  /** Begins to meter one attempt on all devices of a kind. Error: `runtime.unavailable` if there is none that can be read. */
  readonly start: (kind: DeviceKind) => MeterSession
}

const IDLE_EVERY_MS = 10_000

/** Reads every power source of this machine: slowly for show, exactly while an attempt runs. */
export function createMeter(deps: MeterDeps): Meter {
  const { sources, clock } = deps
  const live = createLive(deps.onReading)
  const running = new Set<MeterSession>()
  return {
    latest: live.latest,
    readings: live.readings,
    hottestC: live.hottestC,
    devices: () =>
      sources.map(({ device: { kind, vendor, name, driver, vramBytes, powerLimitW }, method }) => ({
        kind,
        vendor,
        name,
        driver,
        vramBytes,
        powerLimitW,
        method,
      })),
    async run(signal) {
      const shown = shownWhenIdle(sources)
      do if (running.size === 0) live.observe(await Promise.all(shown.map(async (source) => ({ source, sample: await source.sample(signal) }))))
      while (await clock.sleep(IDLE_EVERY_MS, signal))
    },
    start(kind) {
      const chosen = sources.filter(({ device }) => device.kind === kind)
      if (chosen.length === 0)
        throw new WindfallError('runtime.unavailable', `This machine has no ${kind.toUpperCase()} whose energy can be read, so work on it cannot be metered.`)
      const session = startSession({ ...deps, sources: chosen, observe: live.observe })
      const entry: MeterSession = { stop: () => session.stop().finally(() => running.delete(entry)) }
      running.add(entry)
      return entry
    },
  }
}

/** The GPUs that would not be kept awake by looking, or else the processor. */
function shownWhenIdle(sources: readonly PowerSource[]): readonly PowerSource[] {
  const gpus = sources.filter(({ device, rest }) => device.kind === 'gpu' && rest === null)
  return gpus.length > 0 ? gpus : sources.filter(({ device }) => device.kind === 'cpu')
}
