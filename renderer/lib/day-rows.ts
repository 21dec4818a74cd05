/** A day report as a person reads it: groups for the eye, rows for the account. */
import type { DayCode, DayReport } from '../../shared/contract/day-report.ts'
import { t } from '../../shared/i18n/translate.ts'
import { apportion } from './apportion.ts'
import { formatPercent, formatSpan } from './format.ts'

export const DAY_MS = 86_400_000
const MINUTE_MS = 60_000

/** What the parts of a day have in common; the order in which they stand in the bar. */
const DAY_GROUPS = ['work', 'owner', 'grid', 'jobs', 'machine', 'trouble', 'off'] as const
export type DayGroup = (typeof DAY_GROUPS)[number]

const GROUP: Readonly<Record<DayCode, DayGroup>> = {
  running: 'work',
  user: 'owner',
  'owner-present': 'owner',
  'presence-unknown': 'owner',
  schedule: 'owner',
  game: 'owner',
  fullscreen: 'owner',
  media: 'owner',
  'gpu-in-use': 'owner',
  'cpu-in-use': 'owner',
  'device-off': 'owner',
  carbon: 'grid',
  'grid-stale': 'grid',
  offline: 'jobs',
  'no-jobs': 'jobs',
  tariff: 'jobs',
  metered: 'jobs',
  battery: 'machine',
  heat: 'machine',
  ceiling: 'machine',
  cooldown: 'machine',
  consent: 'trouble',
  blocked: 'trouble',
  vram: 'trouble',
  sleep: 'off',
  'shutting-down': 'off',
  asleep: 'off',
  off: 'off',
}

export interface DayRow {
  readonly code: DayCode
  readonly group: DayGroup
  readonly ms: number
  /** Rounded so that all rows together make the total. */
  readonly time: string
  readonly share: string
}

/** Longest first. */
export function dayRows({ entries, totalMs }: DayReport): readonly DayRow[] {
  const weights = entries.map(({ ms }) => ms)
  const minutes = apportion(weights, Math.round(totalMs / MINUTE_MS))
  const percent = apportion(weights, 100)
  return entries.map(({ code, ms }, index) => ({
    code,
    group: GROUP[code],
    ms,
    time: minutes[index] ? formatSpan(minutes[index] * MINUTE_MS) : t('< 1 min'),
    share: percent[index] ? formatPercent(percent[index] / 100) : t('< {share}', { share: formatPercent(0.01) }),
  }))
}

/** In the order of the bar: by group, and the longest first within each. */
export const barRows = (rows: readonly DayRow[]): readonly DayRow[] => DAY_GROUPS.flatMap((group) => rows.filter((row) => row.group === group))

/** What each group takes of the day; groups that take nothing are left out. */
export const groupTotals = (rows: readonly DayRow[]): readonly { readonly group: DayGroup; readonly ms: number }[] =>
  DAY_GROUPS.map((group) => ({ group, ms: rows.reduce((sum, row) => (row.group === group ? sum + row.ms : sum), 0) })).filter(({ ms }) => ms > 0)

/** The UTC day of a moment, `2026-11-21`. */
export const utcDayOf = (at: number): string => new Date(at).toISOString().slice(0, 10)

/** Today, then the days before it; reports are kept longer than anyone scrolls. */
export const daysBack = (now: number, count: number): readonly string[] => Array.from({ length: count + 1 }, (_, ago) => utcDayOf(now - ago * DAY_MS))
