import type { Clock } from '../../kernel/clock.ts'

/** What a job may say while it runs; everything after that is dropped unread. */
export const LIVE_LOG_BYTES = 262_144
/** What of it is shown within a second; the rest of that second is counted, not shown. */
export const LOG_CHARACTERS_PER_SECOND = 32_768
const LINE_CHARACTERS = 2_000
const TAIL_CHARACTERS = 8_192

export interface LogSink {
  readonly push: (bytes: Uint8Array) => void
  /** True once {@link LIVE_LOG_BYTES} have come in: reading on is a waste. */
  readonly full: () => boolean
  /** Flushes the unfinished last line and returns the tail. */
  readonly finish: () => string
}

/** Makes a line safe to show: control, format (bidi) and line separator characters become `\u{…}`, and a long line is cut. */
export function safeLine(line: string): string {
  const escaped = line
    .slice(0, LINE_CHARACTERS)
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => (character === '\t' ? character : `\\u{${character.codePointAt(0)?.toString(16)}}`))
  return line.length > LINE_CHARACTERS ? `${escaped}…` : escaped
}

/** Lets so much through in a second and says how many lines it held back. */
function createPace(onLine: (line: string) => void, clock: Pick<Clock, 'monotonic'>) {
  let second = -1
  let shown = 0
  let held = 0
  const tell = () => {
    if (held > 0) onLine(`(${held} more lines in this second, not shown)`)
    held = 0
  }
  return {
    show(line: string) {
      const now = Math.floor(clock.monotonic() / 1_000)
      if (now !== second) {
        tell()
        second = now
        shown = 0
      }
      if (shown + line.length > LOG_CHARACTERS_PER_SECOND) held += 1
      else {
        shown += line.length + 1
        onLine(line)
      }
    },
    tell,
  }
}

/**
 * Turns a job's raw output, cut anywhere, into safe lines, at most {@link LIVE_LOG_BYTES} of it and {@link LOG_CHARACTERS_PER_SECOND}.
 * The tail holds the last lines, shown or not.
 */
export function createLogSink(onLine: (line: string) => void, clock: Pick<Clock, 'monotonic'>): LogSink {
  const decoder = new TextDecoder()
  const pace = createPace(onLine, clock)
  let received = 0
  let pending = ''
  let tail = ''
  const remember = (line: string) => {
    tail = `${tail}${line}\n`.slice(-TAIL_CHARACTERS)
    return line
  }
  const emit = (line: string) => {
    pace.show(remember(safeLine(line)))
  }
  const flush = () => {
    if (pending !== '') emit(pending.replace(/\r$/, ''))
    pending = ''
  }
  const full = () => received >= LIVE_LOG_BYTES
  return {
    full,
    push(bytes) {
      if (full()) return
      const accepted = bytes.subarray(0, LIVE_LOG_BYTES - received)
      received += accepted.length
      const lines = (pending + decoder.decode(accepted, { stream: true })).split(/\r\n|\r(?!$)|\n/)
      pending = lines.pop() ?? ''
      for (const line of lines) emit(line)
      if (full()) {
        flush()
        pace.tell()
        onLine(remember('(the job writes too much; the rest of its output is not shown)'))
      }
    },
    finish() {
      flush()
      pace.tell()
      return tail
    },
  }
}
