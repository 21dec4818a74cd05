import { WindfallError } from '../../../shared/errors.ts'
import type { AgentStatus } from '../../../shared/contract/agent.ts'
import type { PowerReading } from '../../../shared/contract/device.ts'
import { type EpochMs, fromIso } from '../../../shared/units.ts'
import { type Clock, untilMultiple } from '../../kernel/clock.ts'
import type { MeteredRun } from '../attempt.ts'
import type { PowerSource } from '../power-source.ts'
import { type DeviceFigures, type DeviceWatch, type DeviceWatchDeps, createDeviceWatch } from './device-watch.ts'
import type { SampleStore } from './sample-store.ts'
import { type Drawn, type Session, startSession } from './session.ts'

export interface MeterDeps extends DeviceWatchDeps {
  /** What can be read at this moment; the same device may come back as another object. */
  readonly sources: () => readonly PowerSource[]
  readonly clock: Clock
  /** Whether a process that computes on a GPU belongs to an attempt under way. */
  readonly isOwnProcess: (pid: number) => boolean
  readonly samples: SampleStore
}

interface MeterSession {
  /** Takes a last reading and concludes. A second call gives the same answer. */
  readonly stop: () => Promise<MeteredRun>
}

interface Attempt {
  readonly attemptId: string
  readonly deviceIds: readonly string[]
}

export interface Meter {
  /** Power of the devices that are looked at, together; `null` before the first look. */
  readonly latest: () => AgentStatus['power']
  readonly readings: () => PowerReading[]
  /** Temperature of the hottest device, °C; `null` if none tells. */
  readonly hottestC: () => number | null
  /** By device id. */
  readonly figures: () => ReadonlyMap<string, DeviceFigures>
  /** Looks now and then at devices on which no attempt runs, and keeps the samples of past attempts in order. */
  readonly run: (signal: AbortSignal) => Promise<void>
  /**
   * Begins to meter an attempt on these devices, or goes on where a crash interrupted it. Error: `runtime.unavailable` if none is
   * named or one of them cannot be read.
   */
  readonly start: (attempt: Attempt) => MeterSession
  /** What an attempt that runs has drawn up to now; `null` if it does not run, or its devices are still to be read. */
  readonly soFar: (attemptId: string) => Drawn | null
  /** The system is about to sleep. Needed only where the monotonic clock runs on meanwhile. */
  readonly suspend: () => void
  /** What was measured of an attempt before a crash: joules, and when the last sample was taken; `null` if nothing is known. */
  readonly recoverMeasured: (attemptId: string) => { readonly joules: number; readonly endedAt: EpochMs } | null
}

/** A counter bridges any gap; power does so only over less than 5 s. */
const IDLE_EVERY_MS = { counter: 10_000, power: 4_000 }
const TIDY_EVERY_MS = 3_600_000

interface Machine extends MeterDeps {
  readonly watch: DeviceWatch
  /** Sessions under way, each with its attempt and the UUIDs of its devices. */
  readonly sessions: Map<Session, { readonly attemptId: string; readonly uuids: readonly string[] }>
}

/** Reads every power source of this machine: slowly for show and idle power, exactly while an attempt runs. */
export function createMeter(deps: MeterDeps): Meter {
  const { sources, samples } = deps
  const watch = createDeviceWatch(deps)
  const machine: Machine = { ...deps, watch, sessions: new Map() }
  return {
    latest: watch.latest,
    readings: watch.readings,
    hottestC: () => watch.hottestC(sources()),
    figures: () => new Map(sources().map((source) => [watch.idOf(source), watch.figuresOf(source, isWorking(machine, source))])),
    run: (signal) => run(machine, signal),
    start: (attempt) => start(machine, attempt),
    soFar: (attemptId) => [...machine.sessions].find(([, one]) => one.attemptId === attemptId)?.[0].soFar() ?? null,
    suspend() {
      for (const session of machine.sessions.keys()) session.suspend()
    },
    recoverMeasured(attemptId) {
      const replay = samples.recover(attemptId)
      return replay && replay.rows > 0 ? { joules: replay.conclusion.boardJ, endedAt: fromIso(replay.conclusion.endedAt) } : null
    },
  }
}

const isWorking = ({ sessions }: Machine, { device }: PowerSource): boolean => [...sessions.values()].some(({ uuids }) => uuids.includes(device.uuid))

async function run(machine: Machine, signal: AbortSignal): Promise<void> {
  const { clock, samples, watch } = machine
  const tidying = (async () => {
    do await samples.tidy(clock.now())
    while (await clock.sleep(TIDY_EVERY_MS, signal))
  })()
  while (await clock.sleep(await look(machine, signal), signal));
  await tidying
  watch.flush()
}

/** Looks once at what does not work and would not be kept awake by that. Returns when to look again, in milliseconds. */
async function look(machine: Machine, signal: AbortSignal): Promise<number> {
  const { sources, watch, sessions, clock } = machine
  const looked = sources().filter((source) => source.rest === null && !isWorking(machine, source))
  const looks = await Promise.all(looked.map(async (source) => ({ source, sample: await source.sample(signal) })))
  // An attempt may have begun meanwhile.
  for (const { source, sample } of looks) if (!isWorking(machine, source)) watch.see(source, sample, false)
  if (sessions.size === 0) watch.show(shownWhenIdle(sources()))
  return looked.some(({ method }) => method.startsWith('power')) ? IDLE_EVERY_MS.power : untilMultiple(clock, IDLE_EVERY_MS.counter)
}

/** The GPUs that would not be kept awake by looking, or else the processor. */
function shownWhenIdle(sources: readonly PowerSource[]): readonly PowerSource[] {
  const gpus = sources.filter(({ device, rest }) => device.kind === 'gpu' && rest === null)
  return gpus.length > 0 ? gpus : sources.filter(({ device }) => device.kind === 'cpu')
}

function start(machine: Machine, { attemptId, deviceIds }: Attempt): MeterSession {
  const { sources, watch, sessions } = machine
  const chosen = deviceIds.flatMap((deviceId) => sources().find((source) => watch.idOf(source) === deviceId) ?? [])
  if (chosen.length === 0 || chosen.length < deviceIds.length)
    throw new WindfallError('runtime.unavailable', 'A device that this job needs cannot be read at present, so the work on it cannot be metered.')
  const session = startSession(
    {
      ...machine,
      baselineOf: watch.baselineOf,
      currentSource: (source) => sources().find(({ device }) => device.uuid === source.device.uuid) ?? source,
      observe(looks) {
        for (const { source, sample } of looks) watch.see(source, sample, true)
        watch.show(sources().filter((source) => isWorking(machine, source)))
      },
    },
    { attemptId, sources: chosen },
  )
  sessions.set(session, { attemptId, uuids: chosen.map(({ device }) => device.uuid) })
  return {
    stop: () =>
      session.stop().finally(() => {
        if (sessions.delete(session)) watch.flush()
      }),
  }
}
