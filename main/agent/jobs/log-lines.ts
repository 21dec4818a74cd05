/** What a job may say while it runs; everything after that is dropped unread. */
export const LIVE_LOG_BYTES = 262_144
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

/** Turns a job's raw output, cut anywhere, into safe lines, at most {@link LIVE_LOG_BYTES} of it. */
export function createLogSink(onLine: (line: string) => void): LogSink {
  const decoder = new TextDecoder()
  let received = 0
  let pending = ''
  let tail = ''
  const emit = (line: string) => {
    const safe = safeLine(line)
    tail = `${tail}${safe}\n`.slice(-TAIL_CHARACTERS)
    onLine(safe)
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
        emit('(the job writes too much; the rest of its output is not shown)')
      }
    },
    finish() {
      flush()
      return tail
    },
  }
}
