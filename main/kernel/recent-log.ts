import { z } from 'zod'

/** One line of a log as a person reads it. */
export interface RecentLine {
  /** Epoch milliseconds. */
  readonly at: number
  readonly level: 'debug' | 'info' | 'warn' | 'error'
  readonly message: string
  /** What else the line says, as JSON without the braces; empty if nothing. */
  readonly about: string
}

/** The last lines of a log, in memory. It is written to as a stream of lines of JSON that hold no secrets any more. */
export interface RecentLog {
  readonly write: (line: string) => void
  /** The oldest first. */
  readonly lines: () => readonly RecentLine[]
}

const MOST_LINES = 1_000
const LONGEST = 2_000
const Line = z.looseObject({ level: z.number(), time: z.number(), msg: z.string().default('') })

const levelOf = (level: number): RecentLine['level'] => {
  if (level >= 50) return 'error'
  if (level >= 40) return 'warn'
  return level >= 30 ? 'info' : 'debug'
}

function parsed(text: string): RecentLine | null {
  try {
    const { level, time, msg, name: _name, ...rest } = Line.parse(JSON.parse(text))
    const about = Object.keys(rest).length === 0 ? '' : JSON.stringify(rest).slice(1, -1)
    return { at: time, level: levelOf(level), message: msg.slice(0, LONGEST), about: about.slice(0, LONGEST) }
  } catch {
    return null
  }
}

/** Keeps the newest {@link MOST_LINES} lines. What is no line of JSON is left out. */
export function createRecentLog(): RecentLog {
  const kept: RecentLine[] = []
  return {
    write(text) {
      const line = parsed(text)
      if (!line) return
      kept.push(line)
      if (kept.length > MOST_LINES) kept.shift()
    },
    lines: () => kept,
  }
}
