import { type Logger, pino } from 'pino'
import { createRedaction } from './hidden.ts'
import type { RecentLog } from './recent-log.ts'

export type { Logger }
export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent'

/** Secrets are never handed to the logger; this catches what slips into an object anyway. */
const REDACTED = ['authorization', 'apiKey', 'token', 'secret', 'privateKey', 'd', '*.authorization', '*.apiKey', '*.token', '*.secret', '*.privateKey', '*.d']

/** Even where the terminal is to stay quiet, whoever looks for what went wrong needs more than errors. */
const REMEMBERED = 'info'

/**
 * Structured log on stderr, one JSON object per line: stdout belongs to the command's answer. No line leaves it with one of `secrets`, or with
 * what looks like one. `recent` remembers lines from `info` on, whatever the level.
 */
export function createLogger(name: string, level: LogLevel, secrets: readonly string[] = [], recent: RecentLog | null = null): Logger {
  const options = { name, base: { name }, redact: { paths: REDACTED, censor: '[redacted]' }, hooks: { streamWrite: createRedaction(secrets) } }
  const stderr = pino.destination({ dest: 2, sync: true })
  if (!recent) return pino({ ...options, level }, stderr)
  const streams = [{ level: REMEMBERED, stream: recent } as const, ...(level === 'silent' ? [] : [{ level, stream: stderr }])]
  return pino({ ...options, level: level === 'debug' ? level : REMEMBERED }, pino.multistream(streams))
}
