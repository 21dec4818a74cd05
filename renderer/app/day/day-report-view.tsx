import type { DayReport } from '../../../shared/contract/day-report.ts'
import { t } from '../../../shared/i18n/translate.ts'
import { type DayRow, DAY_MS, dayRows, groupTotals } from '../../lib/day-rows.ts'
import { formatSpan, formatPercent } from '../../lib/format.ts'
import { EmptyState } from '../../ui/empty-state.tsx'
import { LedgerTable, Sub } from '../../ui/ledger-table.tsx'
import { DayBar, Swatch } from './day-bar.tsx'
import { DAY_MEANING, GROUP_TITLE, dayTitle } from './day-words.ts'
import css from './day.module.css'

const COLUMNS = [{ name: t('What') }, { name: t('Time'), align: 'end' }, { name: t('Share'), align: 'end' }] as const
const MINUTE_MS = 60_000

/** A day as a bar for the eye, a sentence, and a table with every minute. */
export function DayReportView({ report, isToday }: { report: DayReport; isToday: boolean }) {
  const rows = dayRows(report)
  if (report.totalMs < MINUTE_MS) return <EmptyState title={t('This day has only just begun.')}>{t('The report begins with its first minute.')}</EmptyState>
  if (rows.every(({ code }) => code === 'off'))
    return (
      <EmptyState title={t('Windfall did not run on this day.')}>
        {isToday
          ? t('The report begins with its next minute.')
          : t('So it cannot tell what the computer did. Days on which it runs are kept here, minute by minute.')}
      </EmptyState>
    )
  return (
    <div className={css['report']}>
      <figure className={css['figure']}>
        <DayBar rows={rows} />
        <Legend rows={rows} leftMs={DAY_MS - report.totalMs} />
        <figcaption>{summaryOf(rows, report.totalMs, isToday)}</figcaption>
      </figure>
      <Account rows={rows} totalMs={report.totalMs} />
    </div>
  )
}

function Legend({ rows, leftMs }: { rows: readonly DayRow[]; leftMs: number }) {
  return (
    <ul className={css['legend']} aria-label={t('What the colours mean')}>
      {groupTotals(rows).map(({ group, ms }) => (
        <li key={group}>
          <Swatch group={group} />
          {GROUP_TITLE[group]} <span className={css['amount']}>{formatSpan(ms)}</span>
        </li>
      ))}
      {leftMs < MINUTE_MS ? null : (
        <li>
          <Swatch group={null} />
          {t('Still to come')} <span className={css['amount']}>{formatSpan(leftMs)}</span>
        </li>
      )}
    </ul>
  )
}

/** What the bar shows, for who does not see it. */
function summaryOf(rows: readonly DayRow[], totalMs: number, isToday: boolean): string {
  const worked = rows.find(({ code }) => code === 'running')
  const [most] = rows.filter(({ code }) => code !== 'running')
  const first = worked ? workedText(worked, isToday ? formatSpan(totalMs) : null) : idleText(isToday ? formatSpan(totalMs) : null)
  return most === undefined ? first : `${first} ${t('What took most of the rest: “{what}”, {time}.', { what: dayTitle(most.code), time: most.time })}`
}

/** `passed`: of a day that is not over, what has passed of it. */
const workedText = ({ time, share }: DayRow, passed: string | null): string =>
  passed === null
    ? t('Of this day, jobs ran for {time} ({share}).', { time, share })
    : t('Of the {passed} that have passed, jobs ran for {time} ({share}).', { passed, time, share })

const idleText = (passed: string | null): string =>
  passed === null ? t('In this day, no job ran.') : t('In the {passed} that have passed, no job ran.', { passed })

const Account = ({ rows, totalMs }: { rows: readonly DayRow[]; totalMs: number }) => (
  <LedgerTable
    caption={t('What every minute went to, longest first')}
    columns={COLUMNS}
    rows={[
      ...rows.map(({ code, group, time, share }) => ({
        key: code as string,
        cells: [
          <span key="what" className={css['what']}>
            <Swatch group={group} />
            <span>
              <strong>{dayTitle(code)}</strong>
              <Sub>{DAY_MEANING[code]}</Sub>
            </span>
          </span>,
          time,
          share,
        ],
      })),
      {
        key: 'total',
        cells: [
          <strong key="what">{t('Together')}</strong>,
          <strong key="time">{formatSpan(totalMs)}</strong>,
          <strong key="share">{formatPercent(1)}</strong>,
        ],
      },
    ]}
  />
)
