import { type Conclusion, conclude } from '../../../shared/domain/energy/conclusion.ts'
import { type Integral, addReading, beginIntegral, endIntegral, suspendIntegral } from '../../../shared/domain/energy/integral.ts'
import type { Replay } from '../../../shared/domain/energy/replay.ts'
import { type LoggedDevice, type SampleLogEvent, encodeRow, rounded } from '../../../shared/domain/energy/sample-log.ts'
import type { Reading } from '../../../shared/domain/energy/sensor.ts'
import { monotonicMs } from '../../../shared/units.ts'
import { type Clock, untilMultiple } from '../../kernel/clock.ts'
import type { MeteredRun } from '../attempt.ts'
import type { PowerSample, PowerSource } from '../power-source.ts'
import type { IdleBaseline } from './idle-baseline.ts'
import { concludeRun, meteredDevice, uuidHashOf } from './measurement.ts'
import { paceOf } from './pace.ts'
import { type ProcessWatch, watchProcesses } from './process-watch.ts'
import type { SampleStore } from './sample-store.ts'
import type { SampleWriter } from './sample-writer.ts'

/** What was read of one device. */
interface Look {
  readonly source: PowerSource
  readonly sample: PowerSample
}

export interface SessionDeps {
  readonly clock: Clock
  readonly nodeId: string
  readonly isOwnProcess: (pid: number) => boolean
  readonly samples: Pick<SampleStore, 'open'>
  /** The source of a device as it is known now: another object after the hardware was looked for again. */
  readonly currentSource: (source: PowerSource) => PowerSource
  readonly baselineOf: (source: PowerSource) => IdleBaseline | null
  readonly observe: (looks: readonly Look[]) => void
}

export interface SessionRequest {
  readonly attemptId: string
  /** At least one. */
  readonly sources: readonly PowerSource[]
}

/** What was drawn, how that is known, and what the figure is worth. */
export type Drawn = Pick<Conclusion, 'boardJ' | 'method' | 'uncertaintyPct'>

export interface Session {
  /** Takes a last reading and concludes. A second call gives the same answer. */
  readonly stop: () => Promise<MeteredRun>
  /** The system is about to sleep. */
  readonly suspend: () => void
  /** Up to the last reading; `null` until every device was read. */
  readonly soFar: () => Drawn | null
}

interface Track {
  source: PowerSource
  integral: Integral
  idleW: number | null
  /** The state of the screen in which idle power compares; `undefined` until it is seen. */
  display: boolean | null | undefined
}

interface Running extends SessionDeps {
  readonly tracks: readonly Track[]
  readonly writer: SampleWriter
  readonly watch: ProcessWatch
  readonly startWall: number
  /** Added to the clock, so that the timeline goes on where an earlier process left it. */
  readonly offsetMs: number
  everyMs: number
  takenAt: number
  /** Readings per device that the pace asked for so far. */
  due: number
}

/** Meters from now until `stop`: a reading at once, then at the pace the weakest sensor needs, then a last one. */
export function startSession(deps: SessionDeps, request: SessionRequest): Session {
  const session = begin(deps, request)
  const ended = new AbortController()
  const loop = (async () => {
    do await take(session)
    while (await deps.clock.sleep(untilMultiple(deps.clock, session.everyMs), ended.signal))
  })()
  let result: Promise<MeteredRun> | null = null
  const end = async (): Promise<MeteredRun> => {
    ended.abort()
    await loop
    return finish(session)
  }
  return {
    stop: () => (result ??= end()),
    suspend() {
      const at = say(session, 'suspended')
      for (const track of session.tracks) track.integral = suspendIntegral(track.integral, at)
    },
    soFar: () => (session.tracks.some(({ integral }) => integral.samples === 0) ? null : conclude(session.tracks, session.startWall)),
  }
}

function begin(deps: SessionDeps, { attemptId, sources }: SessionRequest): Running {
  const { clock, nodeId } = deps
  const began = { mono: clock.monotonic(), wall: clock.now() }
  const starts = sources.map((source) => ({ source, baseline: deps.baselineOf(source) }))
  const devices = starts.map(({ source, baseline }) => logged(source, nodeId, baseline))
  const { writer, left } = deps.samples.open({ v: 2, nodeId, attemptId, ...began, devices })
  const fresh = starts.map(
    ({ source, baseline }): Track => ({
      source,
      integral: beginIntegral(meteredDevice(source), began),
      idleW: baseline && baseline.watts,
      display: baseline?.display,
    }),
  )
  const session: Running = {
    ...deps,
    tracks: left ? resumedTracks(left, sources, nodeId) : fresh,
    writer,
    watch: watchProcesses(deps.isOwnProcess, left),
    startWall: left?.header.wall ?? began.wall,
    offsetMs: left ? left.last.mono + Math.max(0, began.wall - left.last.wall) - began.mono : 0,
    everyMs: 0,
    takenAt: began.mono,
    due: (left?.conclusion.durationMs ?? 0) / 1_000,
  }
  if (left) say(session, 'resumed')
  return session
}

const logged = (source: PowerSource, nodeId: string, baseline: IdleBaseline | null): LoggedDevice => ({
  ...meteredDevice(source),
  uuidHash: uuidHashOf(source.device.uuid, nodeId),
  name: source.device.name.slice(0, 120),
  idleW: baseline && baseline.watts,
})

/** In the order of the log that goes on. */
const resumedTracks = ({ header, integrals, idleW }: Replay, sources: readonly PowerSource[], nodeId: string): Track[] =>
  header.devices.flatMap(({ uuidHash }, index) => {
    const source = sources.find(({ device }) => uuidHashOf(device.uuid, nodeId) === uuidHash)
    const integral = integrals[index]
    return source && integral ? [{ source, integral, idleW: idleW[index] ?? null, display: undefined }] : []
  })

/** A reading under way is let finish: its source has its own time limit. */
const PATIENT = new AbortController().signal

/** Reads all devices once, and says what it read. */
async function take(session: Running): Promise<Reading[]> {
  const { tracks, clock, writer } = session
  const now = clock.monotonic()
  if (session.everyMs > 0) session.due += (now - session.takenAt) / session.everyMs
  session.takenAt = now
  const looks = await Promise.all(
    tracks.map(async (track) => {
      track.source = session.currentSource(track.source)
      const sample = await track.source.sample(PATIENT)
      return { source: track.source, track, sample, reading: rounded({ ...sample, mono: monotonicMs(Math.max(0, sample.mono + session.offsetMs)) }) }
    }),
  )
  writer.add(looks.map(({ reading }, index) => encodeRow(index, reading)))
  for (const { track, reading } of looks) track.integral = addReading(track.integral, reading)
  watchOthers(session, looks)
  watchScreens(session, looks)
  session.observe(looks)
  session.everyMs = paceOf(tracks.map(({ integral }) => integral))
  return looks.map(({ reading }) => reading)
}

function watchOthers(session: Running, looks: readonly Look[]): void {
  const known = session.watch.shared()
  for (const { source, sample } of looks) session.watch.see(source, sample)
  if (!known && session.watch.shared()) say(session, 'shared')
}

/** Idle power with another screen than the job's is another device's idle power. */
function watchScreens(session: Running, looks: readonly (Look & { readonly track: Track })[]): void {
  const seen = looks.filter(({ sample }) => sample.status === 'ok')
  for (const { track, sample } of seen) track.display ??= sample.display
  const { tracks } = session
  if (seen.every(({ track, sample }) => track.display === sample.display) || tracks.every(({ idleW }) => idleW === null)) return
  for (const track of tracks) track.idleW = null
  say(session, 'display')
}

/** Notes an event in the log. Returns the moment it is noted for. */
function say({ writer, clock, offsetMs }: Running, event: SampleLogEvent['event']): Pick<Reading, 'mono' | 'wall'> {
  const now = { mono: monotonicMs(Math.max(0, clock.monotonic() + offsetMs)), wall: clock.now(), energyMj: null, powerMw: null }
  const { mono, wall } = rounded(now)
  writer.add([JSON.stringify({ event, mono, wall } satisfies SampleLogEvent)])
  return { mono, wall }
}

async function finish(session: Running): Promise<MeteredRun> {
  const { tracks, nodeId, startWall, watch, writer } = session
  for (const [index, reading] of (await take(session)).entries()) {
    const track = tracks[index]
    if (track) track.integral = endIntegral(track.integral, reading)
  }
  for (const { source } of tracks) source.rest?.()
  const expectedSamples = tracks.length * (Math.floor(session.due) + 2)
  return concludeRun({ nodeId, tracks, startWall, expectedSamples, shared: watch.shared(), sampleLogSha256: writer.end().sha256 })
}
