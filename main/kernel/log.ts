import { type Logger, pino } from 'pino'

export type { Logger }
export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent'

/** Secrets are never handed to the logger; this catches what slips into an object anyway. */
const REDACTED = ['authorization', 'apiKey', 'token', 'secret', 'privateKey', 'd', '*.authorization', '*.apiKey', '*.token', '*.secret', '*.privateKey', '*.d']

/** Structured log on stderr, one JSON object per line: stdout belongs to the command's answer. */
export const createLogger = (name: string, level: LogLevel): Logger =>
  pino({ name, level, base: { name }, redact: { paths: REDACTED, censor: '[redacted]' } }, pino.destination({ dest: 2, sync: true }))
