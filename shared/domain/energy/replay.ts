import { type Conclusion, type Track, conclude } from './conclusion.ts'
import { type Integral, addReading, beginIntegral, endIntegral, suspendIntegral } from './integral.ts'
import { SampleLogEvent, SampleLogHeader, SampleLogVersion, deviceOf } from './sample-log.ts'
import type { Reading } from './sensor.ts'

export interface ReplayLimits {
  readonly bytes: number
  /** Rows and events. */
  readonly lines: number
}

/** A day of two devices at 10 Hz. */
export const REPLAY_LIMITS: ReplayLimits = { bytes: 128 * 1024 * 1024, lines: 2_000_000 }

export interface Replay {
  readonly header: SampleLogHeader
  /** One per device of the header, in its order, up to the last row of each. */
  readonly integrals: readonly Integral[]
  /** Idle power that still compares at the end, per device. */
  readonly idleW: readonly (number | null)[]
  /** What a proof over this log must say. */
  readonly conclusion: Conclusion
  readonly shared: boolean
  /** How often the agent started anew meanwhile. */
  readonly resumes: number
  /** The newest row, on both clocks. */
  readonly last: Pick<Reading, 'mono' | 'wall'>
  readonly rows: number
  /** Lines that could not be read, if they were let pass. */
  readonly damaged: number
}

/** Why a log cannot be believed, in words. */
export interface Unreadable {
  readonly problem: string
  /** Windfall itself wrote it, before logs said all that integrating them again takes. */
  readonly outdated?: true
}

export interface ReplayOptions {
  readonly limits?: ReplayLimits
  /** Lets damaged lines pass, as a crash or a power cut leaves them. A foreign log is read without. */
  readonly lenient?: boolean
  /** Called with every line that counts, for writing a damaged log anew. */
  readonly keep?: (line: string) => void
}

/** No timeline is longer: a proof has room for so many half-hours. */
const LONGEST_MS = 40 * 86_400_000
const LONGEST_LINE = 100_000
const CHUNK_BYTES = 1 << 20

interface State {
  readonly header: SampleLogHeader
  readonly integrals: Integral[]
  readonly newest: (Reading | null)[]
  readonly idleW: (number | null)[]
  last: Pick<Reading, 'mono' | 'wall'>
  shared: boolean
  resumes: number
  rows: number
  damaged: number
}

/**
 * Integrates a sample log again. The log may come from anyone: size, lines, devices and numbers are limited, and the first thing
 * that is wrong is told. The same rules as in the meter give the same joules, to the last bit.
 */
export function replaySampleLog(log: Uint8Array, options: ReplayOptions = {}): Replay | Unreadable {
  const { limits = REPLAY_LIMITS, lenient = false } = options
  if (log.byteLength > limits.bytes) return { problem: `it is larger than ${limits.bytes} bytes` }
  let [state, number]: [State | null, number] = [null, 0]
  for (const line of linesOf(log)) {
    if (++number > limits.lines + 1) return { problem: `it has more than ${limits.lines} lines` }
    if (!state) {
      state = begin(line)
      if (!state) return isOutdated(line) ? OUTDATED : { problem: 'its first line does not name the devices' }
    } else if (!take(state, line)) {
      if (!lenient) return { problem: `line ${number} is not a sample` }
      state.damaged++
      continue
    }
    options.keep?.(line)
  }
  return state ? finish(state) : { problem: 'it is empty' }
}

function* linesOf(log: Uint8Array): Generator<string> {
  const decoder = new TextDecoder()
  let rest = ''
  for (let at = 0; at < log.byteLength; at += CHUNK_BYTES) {
    const lines = (rest + decoder.decode(log.subarray(at, at + CHUNK_BYTES), { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    yield* lines
    if (rest.length > LONGEST_LINE) return yield rest
  }
  if (rest !== '') yield rest
}

const OUTDATED: Unreadable = { problem: 'an older version of Windfall recorded it', outdated: true }

/** The first version said neither when it began nor how much each device can draw. */
const isOutdated = (line: string): boolean => SampleLogVersion.safeParse(parse(line)).data?.v === 1

function begin(line: string): State | null {
  const parsed = SampleLogHeader.safeParse(parse(line))
  if (!parsed.success) return null
  const header = parsed.data
  const at = { mono: header.mono, wall: header.wall } as Pick<Reading, 'mono' | 'wall'>
  return {
    header,
    integrals: header.devices.map((device) => beginIntegral(deviceOf(device), at)),
    newest: header.devices.map(() => null),
    idleW: header.devices.map(({ idleW }) => idleW),
    last: at,
    shared: false,
    resumes: 0,
    rows: 0,
    damaged: 0,
  }
}

function take(state: State, line: string): boolean {
  const value = parse(line)
  return Array.isArray(value) ? takeRow(state, value) : takeEvent(state, value)
}

const isReading = (value: unknown): value is number | null => value === null || isAmount(value)
const isAmount = (value: unknown): value is number => typeof value === 'number' && value >= 0 && value <= 1e18

function takeRow(state: State, row: readonly unknown[]): boolean {
  const [index, mono, wall, energyMj, powerMw] = row
  const { header } = state
  if (row.length !== 5 || typeof index !== 'number' || !isAmount(mono) || !isAmount(wall) || !isReading(energyMj) || !isReading(powerMw)) return false
  const integral = state.integrals[index]
  const newest = state.newest[index]
  if (!integral || mono < (newest?.mono ?? header.mono) || mono > header.mono + LONGEST_MS || Math.abs(wall - header.wall) > LONGEST_MS) return false
  const reading = { mono, wall, energyMj, powerMw } as Reading
  state.integrals[index] = addReading(integral, reading)
  state.newest[index] = reading
  if (mono >= state.last.mono) state.last = reading
  state.rows++
  return true
}

function takeEvent(state: State, value: unknown): boolean {
  const parsed = SampleLogEvent.safeParse(value)
  if (!parsed.success) return false
  const { event, mono, wall } = parsed.data
  if (Math.abs(mono - state.header.mono) > LONGEST_MS || Math.abs(wall - state.header.wall) > LONGEST_MS) return false
  const at = { mono, wall } as Pick<Reading, 'mono' | 'wall'>
  if (event === 'suspended') for (const [index, integral] of state.integrals.entries()) state.integrals[index] = suspendIntegral(integral, at)
  if (event === 'display') state.idleW.fill(null)
  state.shared ||= event === 'shared'
  state.resumes += Number(event === 'resumed')
  return true
}

function finish({ integrals, newest, idleW, ...state }: State): Replay {
  const tracks = integrals.map((integral, index): Track => ({ integral: endIntegral(integral, newest[index] ?? state.last), idleW: idleW[index] ?? null }))
  const { header, shared, resumes, last, rows, damaged } = state
  return { header, integrals, idleW, conclusion: conclude(tracks, header.wall), shared, resumes, last, rows, damaged }
}

function parse(line: string): unknown {
  if (line.length > LONGEST_LINE) return null
  try {
    return JSON.parse(line)
  } catch {
    return null
  }
}
