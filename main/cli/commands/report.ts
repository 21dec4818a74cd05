import { type Command, InvalidArgumentError } from 'commander'
import type { DayCode, DayReport } from '../../../shared/contract/day-report.ts'
import { reasonTitle } from '../../../shared/domain/reason-words.ts'
import { toIso } from '../../../shared/units.ts'
import { systemClock } from '../../kernel/clock.ts'
import { type CommonOptions, action, createCommand, dataDirectoryOf } from '../command.ts'
import { agentClient } from '../instance.ts'

function day(text: string): string {
  const at = Date.parse(`${text}T00:00:00.000Z`)
  if (/^\d{4}-\d{2}-\d{2}$/.test(text) && Number.isFinite(at) && toIso(at).startsWith(text)) return text
  throw new InvalidArgumentError('Give a day such as 2026-03-01.')
}

/** `windfall report`: where a day went, every minute of it. */
export const reportCommand = (): Command =>
  action<CommonOptions & { day?: string }>(
    createCommand('report', 'what every minute of a day went to: work, or a reason against it').option('--day <day>', 'a UTC day (default: today)', day),
    async (options, output) => {
      const report = await agentClient(dataDirectoryOf(options)).call('getDayReport', { day: options.day ?? toIso(systemClock.now()).slice(0, 10) })
      output.answer(report, () => describeReport(report))
    },
  )

const OWN = { running: 'A job ran', asleep: 'The machine slept', off: 'The agent did not run' } as const
const wordOf = (code: DayCode): string => (code === 'running' || code === 'asleep' || code === 'off' ? OWN[code] : reasonTitle(code))

/** The day in lines: code, time, share. */
export function describeReport({ day: date, totalMs, entries }: DayReport): string[] {
  const rows = entries.map(({ code, ms }) => `${code.padEnd(18)} ${duration(ms).padStart(9)} ${share(ms, totalMs).padStart(7)}  ${wordOf(code)}`)
  return [`${date} (UTC), ${duration(totalMs)} so far`, ...rows]
}

const share = (ms: number, totalMs: number): string => `${((ms / totalMs) * 100).toFixed(1)} %`

const two = (value: number): string => String(value).padStart(2, '0')

/** `1 h 02 min`, `3 min 05 s`, `4 s`. */
function duration(ms: number): string {
  const seconds = Math.round(ms / 1_000)
  const [h, min, s] = [Math.floor(seconds / 3_600), Math.floor((seconds % 3_600) / 60), seconds % 60]
  if (h > 0) return `${h} h ${two(min)} min`
  return min > 0 ? `${min} min ${two(s)} s` : `${s} s`
}
