import type { Clock } from '../../kernel/clock.ts'
import type { MeteredRun } from '../attempt.ts'
import type { PowerSample, PowerSource } from '../power-source.ts'
import { addReading, beginIntegral, endIntegral } from './energy.ts'
import type { Live } from './live.ts'
import { concludeRun, limitOf } from './measurement.ts'
import { createSampleLog } from './sample-log.ts'

export interface SessionDeps {
  /** At least one. */
  readonly sources: readonly PowerSource[]
  readonly clock: Clock
  readonly nodeId: string
  readonly isOwnProcess: (pid: number) => boolean
  readonly observe: Live['observe']
}

const EVERY_MS = 1_000
/** Instant power is a snapshot; at 1 Hz it would miss whole phases of a job. */
const INSTANT_EVERY_MS = 100

/** Meters from now until `stop`: a reading at once, then at the pace the weakest sensor needs, then a last one. */
export function startSession({ sources, clock, nodeId, isOwnProcess, observe }: SessionDeps): { readonly stop: () => Promise<MeteredRun> } {
  const began = { mono: clock.monotonic(), wall: clock.now() }
  const everyMs = sources.some(({ method }) => method === 'power-instant') ? INSTANT_EVERY_MS : EVERY_MS
  const log = createSampleLog(sources, nodeId)
  const watch = watchProcesses(isOwnProcess)
  const tracks = sources.map((source) => ({
    source,
    integral: beginIntegral({ method: source.method, sensor: source.sensor, limitW: limitOf(source.device) }, began),
  }))
  const ended = new AbortController()
  // A reading under way is let finish: its source has its own time limit.
  const patient = new AbortController().signal
  const take = async () => {
    const samples = await Promise.all(tracks.map(({ source }) => source.sample(patient)))
    for (const [index, sample] of samples.entries()) record(index, sample)
    observe(tracks.flatMap(({ source }, index) => (samples[index] ? [{ source, sample: samples[index] }] : [])))
    return samples
  }
  const record = (index: number, sample: PowerSample) => {
    const track = tracks[index]
    if (!track) return
    track.integral = addReading(track.integral, sample)
    log.add(index, sample)
    watch.see(track.source, sample)
  }
  const loop = (async () => {
    do await take()
    while (await clock.sleep(everyMs, ended.signal))
  })()
  const conclude = async (): Promise<MeteredRun> => {
    ended.abort()
    await loop
    for (const [index, sample] of (await take()).entries()) {
      const track = tracks[index]
      if (track) track.integral = endIntegral(track.integral, sample)
    }
    for (const { rest } of sources) rest?.()
    return concludeRun({ nodeId, tracks, startWall: began.wall, everyMs, shared: watch.shared(), sampleLog: log.bytes() })
  }
  let result: Promise<MeteredRun> | null = null
  return { stop: () => (result ??= conclude()) }
}

/** A processor is shared by nature. A GPU is shared if someone computed on it before us, or someone who is not us does now. */
function watchProcesses(isOwn: (pid: number) => boolean) {
  const before = new Map<string, ReadonlySet<number>>()
  let shared = false
  return {
    see({ device }: PowerSource, { processes }: PowerSample): void {
      if (device.kind === 'cpu') shared = true
      if (!processes) return
      const present = before.get(device.uuid)
      if (!present) before.set(device.uuid, new Set(processes))
      shared ||= processes.some((pid) => present?.has(pid) !== false || !isOwn(pid))
    },
    shared: () => shared,
  }
}
