/** What a machine is examined for, what its agent has written down lately, and what of both its owner may show to others. */
import { z } from 'zod'
import { call } from './define.ts'
import { IsoTime } from './wire.ts'

export const CheckVerdict = z.enum(['ok', 'warn', 'fail', 'skipped'])
export type CheckVerdict = z.infer<typeof CheckVerdict>

const Finding = z.strictObject({
  code: z.string().max(60),
  verdict: CheckVerdict,
  evidence: z.string(),
  /** What to do about it; `null` where nothing is needed. */
  fix: z.string().nullable(),
})
export type Finding = z.infer<typeof Finding>

export const Diagnosis = z.strictObject({
  /** `unavailable`: this agent was started without the checks. */
  state: z.enum(['none', 'running', 'done', 'failed', 'unavailable']),
  startedAt: IsoTime.nullable(),
  endedAt: IsoTime.nullable(),
  /** Checks in all, and codes of those that have not ended. */
  of: z.number().int().min(0),
  pending: z.array(z.string().max(60)).max(200),
  /** Of the last examination that came to its end; names of this machine and its user are replaced. */
  groups: z.array(z.strictObject({ title: z.string().max(60), results: z.array(Finding).max(100) })).max(40),
  /** Why the examination could not be made. */
  message: z.string().max(500).nullable(),
})
export type Diagnosis = z.infer<typeof Diagnosis>

export const LogLevel = z.enum(['debug', 'info', 'warn', 'error'])
export type LogLevel = z.infer<typeof LogLevel>

export const LogLine = z.strictObject({
  at: IsoTime,
  level: LogLevel,
  message: z.string(),
  /** What else the line says, as JSON without the braces; empty if nothing. */
  about: z.string(),
})
export type LogLine = z.infer<typeof LogLine>

const LogQuery = z.strictObject({
  /** This level and worse. */
  level: LogLevel.default('info'),
  search: z.string().max(100).default(''),
  limit: z.number().int().min(1).max(500).default(200),
})

const Empty = z.strictObject({})

export const diagnosisCalls = {
  getDiagnosis: call(Empty, Diagnosis),
  /** Of everything that runs here. */
  getVersions: call(Empty, z.strictObject({ versions: z.array(z.strictObject({ name: z.string().max(40), version: z.string().max(200) })).max(10) })),
  /** Begins an examination unless one is under way. Nothing on the machine is changed. */
  runDiagnosis: call(Empty, Diagnosis),
  /** The newest first. `kept`: how many lines are remembered in all. */
  listLogs: call(LogQuery, z.strictObject({ lines: z.array(LogLine).max(500), kept: z.number().int() })),
  /** The exact text that an owner may send to somebody: nothing is sent by Windfall. */
  getProblemReport: call(Empty, z.strictObject({ text: z.string().max(200_000) })),
}
