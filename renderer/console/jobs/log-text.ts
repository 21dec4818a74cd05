/** A line of a log as it is shown. */
export interface LogLine {
  readonly text: string
  /** So much was not kept here, in place of text. */
  readonly isGap: boolean
}

/** No line is shown longer than this: what has no end is broken. */
const MAX_LINE = 4_096

/** Joins letters of several scripts and emoji; harmless. */
const JOINERS = new Set(['\u200c', '\u200d'])

function seen(sign: string): string {
  const code = sign.codePointAt(0) ?? 0
  if (sign === '\t' || JOINERS.has(sign)) return sign
  if (code < 0x20) return String.fromCodePoint(0x2400 + code)
  if (code === 0x7f) return '\u2421'
  return `‹U+${code.toString(16).toUpperCase().padStart(4, '0')}›`
}

/** Text in which nothing steers what shows it: control characters and those that turn the direction of writing become signs that one sees. */
export const seenText = (text: string): string => text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, seen)

interface Piece {
  /** Position of its first byte. */
  readonly from: number
  readonly bytes: Uint8Array
}

const broken = (line: string): readonly string[] =>
  line.length <= MAX_LINE
    ? [line]
    : Array.from({ length: Math.ceil(line.length / MAX_LINE) }, (_, index) => line.slice(index * MAX_LINE, (index + 1) * MAX_LINE))

/** Puts lines together from pieces of a log, in their order; what lies between two of them was not kept. */
export function createLogReader() {
  const lines: LogLine[] = []
  let decoder = new TextDecoder()
  let position = 0
  let rest = ''
  const take = (text: string, isEnd: boolean) => {
    const parts = (rest + text).split(/\r?\n/)
    rest = isEnd ? '' : (parts.pop() ?? '')
    for (const part of parts) if (!isEnd || part !== '') lines.push(...broken(seenText(part)).map((shown) => ({ text: shown, isGap: false })))
  }
  return {
    add({ from, bytes }: Piece) {
      if (from > position) {
        take(decoder.decode(), true)
        decoder = new TextDecoder()
        lines.push({ text: `${new Intl.NumberFormat('en-GB').format(from - position)} bytes were not kept`, isGap: true })
      }
      take(decoder.decode(bytes, { stream: true }), false)
      position = from + bytes.length
    },
    /** All lines so far, with the one that has not ended yet. */
    lines: (): readonly LogLine[] => (rest === '' ? [...lines] : [...lines, ...broken(seenText(rest)).map((text) => ({ text, isGap: false }))]),
  }
}
