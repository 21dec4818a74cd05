import { type Logger, pino } from 'pino'
import { createRedaction } from './hidden.ts'

export type { Logger }
export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent'

/** Secrets are never handed to the logger; this catches what slips into an object anyway. */
const REDACTED = ['authorization', 'apiKey', 'token', 'secret', 'privateKey', 'd', '*.authorization', '*.apiKey', '*.token', '*.secret', '*.privateKey', '*.d']

/** Structured log on stderr, one JSON object per line: stdout belongs to the command's answer. No line leaves it with one of `secrets`, or with what looks like one. */
export const createLogger = (name: string, level: LogLevel, secrets: readonly string[] = []): Logger =>
  pino(
    { name, level, base: { name }, redact: { paths: REDACTED, censor: '[redacted]' }, hooks: { streamWrite: createRedaction(secrets) } },
    pino.destination({ dest: 2, sync: true }),
  )
