import type { ChildProcess } from 'node:child_process'
import { type Moment, now } from './moment.ts'
import { type SmiProgram, spawnSmi } from './nvidia-smi-run.ts'
import { type SmiReading, readGpuRow, readRow } from './nvidia-smi-table.ts'
import { restartDelayMs } from './reader-host.ts'

export interface SmiLine {
  readonly at: Moment
  readonly reading: SmiReading
}

export interface SmiStream {
  /**
   * The newest line about a card that was not handed out before, or else the next one. `null` if none comes in time: an old
   * line is never repeated. Starts the program if it does not run.
   */
  readonly next: (uuid: string, signal: AbortSignal) => Promise<SmiLine | null>
  /** Ends the program when no card needs it any more. */
  readonly rest: (uuid: string) => void
}

export interface SmiStreamOptions {
  readonly columns: readonly string[]
  readonly intervalMs: number
}

interface Stream extends SmiProgram, SmiStreamOptions {
  readonly lines: Map<string, SmiLine>
  readonly waiting: Map<string, Set<(line: SmiLine | null) => void>>
  readonly awake: Set<string>
  child: ChildProcess | null
  askedAt: number
  lineAt: number
  failures: number
  notBefore: number
}

/** The first line may have to wait until the driver has initialised the card: 1.5 s is normal without persistence mode. */
const WAIT_MS = 3_000
/** The program keeps the card awake, so it runs only while someone samples. */
const IDLE_MS = 10_000
/** Lines of this age mean that the program hangs. */
const STALE_INTERVALS = 3
const MAX_LINE = 4_096

/** One long-lived `nvidia-smi --query-gpu` that prints a line per card and interval. Ends with `signal`. */
export function createSmiStream(program: SmiProgram, options: SmiStreamOptions, signal: AbortSignal): SmiStream {
  const stream: Stream = {
    ...program,
    ...options,
    lines: new Map(),
    waiting: new Map(),
    awake: new Set(),
    child: null,
    askedAt: 0,
    lineAt: 0,
    failures: 0,
    notBefore: 0,
  }
  signal.addEventListener('abort', () => stop(stream), { once: true })
  return {
    next: async (uuid, callSignal) => (signal.aborted || callSignal.aborted ? null : next(stream, uuid, callSignal)),
    rest(uuid) {
      stream.awake.delete(uuid)
      if (stream.awake.size === 0) stop(stream)
    },
  }
}

async function next(stream: Stream, uuid: string, signal: AbortSignal): Promise<SmiLine | null> {
  stream.awake.add(uuid)
  stream.askedAt = stream.clock.monotonic()
  if (!stream.child && !start(stream)) return null
  return take(stream, uuid) ?? (await wait(stream, uuid, signal))
}

function take(stream: Stream, uuid: string): SmiLine | null {
  const line = stream.lines.get(uuid)
  stream.lines.delete(uuid)
  const limitMs = STALE_INTERVALS * stream.intervalMs
  return line && stream.clock.monotonic() - line.at.mono <= limitMs ? line : null
}

async function wait(stream: Stream, uuid: string, signal: AbortSignal): Promise<SmiLine | null> {
  const got: { line: SmiLine | null } = { line: null }
  const came = new AbortController()
  const waiting = stream.waiting.get(uuid) ?? new Set()
  stream.waiting.set(uuid, waiting)
  const receive = (line: SmiLine | null) => {
    got.line = line
    came.abort()
  }
  waiting.add(receive)
  const [child, askedAt] = [stream.child, stream.clock.monotonic()]
  const timedOut = await stream.clock.sleep(WAIT_MS, AbortSignal.any([signal, came.signal]))
  waiting.delete(receive)
  // Silence about this card alone is the card's; silence about all of them is the program's.
  if (timedOut && child && stream.lineAt <= askedAt) fell(stream, child)
  return got.line
}

function start(stream: Stream): ChildProcess | null {
  if (stream.clock.monotonic() < stream.notBefore) return null
  const child = spawnSmi(stream, [`--query-gpu=${stream.columns.join(',')}`, '--format=csv,noheader,nounits', '-lms', String(stream.intervalMs)])
  stream.child = child
  if (!child) return null
  const ended = new AbortController()
  void stopWhenIdle(stream, child, ended.signal)
  child.stdout?.on(
    'data',
    lineReader((line) => (line === null ? fell(stream, child) : receive(stream, child, line))),
  )
  const end = () => {
    ended.abort()
    fell(stream, child)
  }
  child.once('error', end).once('close', end)
  return child
}

/** Hands on whole lines; `null` for one that never ends. What stands before the end of the output without a line break is torn. */
function lineReader(receive: (line: string | null) => void): (text: string) => void {
  let rest = ''
  return (text) => {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) receive(line)
    if (rest.length > MAX_LINE) receive(null)
  }
}

function receive(stream: Stream, child: ChildProcess, text: string): void {
  const row = stream.child === child ? readRow(stream.columns, text) : null
  const reading = row && readGpuRow(row)
  if (!reading) return
  const line = { at: now(stream.clock), reading }
  stream.lineAt = line.at.mono
  stream.failures = 0
  if (!deliver(stream, reading.uuid, line)) stream.lines.set(reading.uuid, line)
}

/** Everyone who waits for this card gets the same line. */
function deliver(stream: Stream, uuid: string, line: SmiLine | null): boolean {
  const waiting = stream.waiting.get(uuid) ?? new Set()
  for (const receive of waiting) receive(line)
  return waiting.size > 0
}

async function stopWhenIdle(stream: Stream, child: ChildProcess, signal: AbortSignal): Promise<void> {
  const left = () => stream.askedAt + IDLE_MS - stream.clock.monotonic()
  while (left() > 0) if (!(await stream.clock.sleep(left(), signal))) return
  if (stream.child === child) stop(stream)
}

function fell(stream: Stream, child: ChildProcess): void {
  if (stream.child !== child) return
  stop(stream)
  stream.failures++
  stream.notBefore = stream.clock.monotonic() + restartDelayMs(stream.failures)
}

function stop(stream: Stream): void {
  const { child } = stream
  stream.child = null
  stream.lines.clear()
  child?.kill('SIGKILL')
  for (const uuid of stream.waiting.keys()) deliver(stream, uuid, null)
}
