import type { MonotonicMs } from '../../shared/units.ts'
import type { Clock } from '../kernel/clock.ts'
import { createLatch } from '../kernel/latch.ts'
import type { Fault } from './idle/memory.ts'
import type { MemoryCheck, MemoryUse } from './jobs/attempt-deps.ts'

/** What a GPU says of its memory. */
export interface MemoryReading {
  readonly deviceId: string
  readonly usedBytes: number | null
  /** Who uses it, as far as the driver tells. */
  readonly processes: readonly number[] | null
}

/** `back`: as much is free as before. `others`: nothing of ours is left, and others use more than before. `held`: neither. */
type MemoryVerdict = 'back' | 'others' | 'held'

export interface MemoryOutcome {
  /** `null` if no device tells. */
  readonly verdict: MemoryVerdict | null
  readonly at: MonotonicMs
}

export interface VramWatchDeps {
  readonly clock: Clock
  /** Reads these devices now; those without memory of their own are left out. */
  readonly read: (deviceIds: readonly string[], signal: AbortSignal) => Promise<readonly MemoryReading[]>
  readonly isOwn: (pid: number) => boolean
  /** The memory of an attempt is given back, or not within five seconds. */
  readonly settled: (attemptId: string, outcome: MemoryOutcome) => void
  readonly alarm: (fault: Fault) => void
  readonly recovered: () => void
  /** What an alarm is about, if there is one. */
  readonly fault: () => Fault | null
}

export interface VramWatch extends MemoryCheck {
  /** Looks after alarms until `signal` aborts. */
  readonly run: (signal: AbortSignal) => Promise<void>
}

/** What other programs may take or give meanwhile without being taken for the job. */
const TOLERANCE_BYTES = 128 * 1_048_576
/** Memory that has not come back after this long is an alarm. */
const PATIENCE_MS = 5_000
const LOOK_EVERY_MS = 100
const ALARM_EVERY_MS = 5_000

const never = new AbortController().signal

/** Checks after every attempt that its GPU memory is given back, and keeps the next one away until it is. */
export function createVramWatch(deps: VramWatchDeps): VramWatch {
  const { clock, read } = deps
  const alarmed = createLatch()
  /** Processes seen on a device before the last attempt on it. */
  const earlier = new Map<string, ReadonlySet<number>>()
  const look = async (before: MemoryUse): Promise<MemoryVerdict> =>
    verdictOf(before, await read([...before.keys()], never), (deviceId, pid) => !deps.isOwn(pid) && !earlier.get(deviceId)?.has(pid))
  const waitUntilBack = async (before: MemoryUse): Promise<MemoryVerdict> => {
    const began = clock.monotonic()
    for (;;) {
      const verdict = await look(before)
      if (verdict !== 'held' || clock.monotonic() - began >= PATIENCE_MS) return verdict
      await clock.sleep(LOOK_EVERY_MS, never)
    }
  }
  return {
    async before(deviceIds) {
      const readings = await read(deviceIds, never)
      for (const { deviceId, processes } of readings) earlier.set(deviceId, new Set(processes))
      return new Map(readings.flatMap(({ deviceId, usedBytes }) => (usedBytes === null ? [] : [[deviceId, usedBytes]])))
    },
    async released(attemptId, before) {
      const verdict = before.size === 0 ? null : await waitUntilBack(before)
      deps.settled(attemptId, { verdict, at: clock.monotonic() })
      if (verdict !== 'held') return
      deps.alarm(faultOf(deps.fault(), before))
      alarmed.raise()
    },
    async run(signal) {
      do await untilRecovered(deps, look, signal)
      while (await alarmed.wait(signal))
    },
  }
}

async function untilRecovered(
  { clock, fault, recovered }: VramWatchDeps,
  look: (before: MemoryUse) => Promise<MemoryVerdict>,
  signal: AbortSignal,
): Promise<void> {
  for (let known = fault(); known !== null && !signal.aborted; known = fault()) {
    if ((await look(new Map(known.before.map(({ deviceId, usedBytes }) => [deviceId, usedBytes])))) !== 'held') return recovered()
    if (!(await clock.sleep(ALARM_EVERY_MS, signal))) return
  }
}

function verdictOf(before: MemoryUse, readings: readonly MemoryReading[], isNewcomer: (deviceId: string, pid: number) => boolean): MemoryVerdict {
  const verdicts = [...before].map(([deviceId, bytes]): MemoryVerdict => {
    const now = readings.find((reading) => reading.deviceId === deviceId)
    // A device that told before and does not now has not said that it is free.
    if (now === undefined || now.usedBytes === null) return 'held'
    if (now.usedBytes <= bytes + TOLERANCE_BYTES) return 'back'
    const isOthers = now.processes !== null && now.processes.length > 0 && now.processes.some((pid) => isNewcomer(deviceId, pid))
    return isOthers ? 'others' : 'held'
  })
  return verdicts.find((verdict) => verdict === 'held') ?? verdicts.find((verdict) => verdict === 'others') ?? 'back'
}

/** Together with what another attempt has not given back yet. */
const faultOf = (known: Fault | null, before: MemoryUse): Fault => ({
  code: 'vram',
  message:
    'A job is gone, but the GPU has not given its memory back, so no other job starts. Restart the computer if it stays so, or resume to try all the same.',
  before: [...(known?.before ?? []).filter(({ deviceId }) => !before.has(deviceId)), ...[...before].map(([deviceId, usedBytes]) => ({ deviceId, usedBytes }))],
})
