import type { DayReport } from '../../../shared/contract/day-report.ts'
import { type DayRow, DAY_MS, dayRows, groupTotals } from '../../lib/day-rows.ts'
import { formatSpan } from '../../lib/format.ts'
import { EmptyState } from '../../ui/empty-state.tsx'
import { LedgerTable, Sub } from '../../ui/ledger-table.tsx'
import { DayBar, Swatch } from './day-bar.tsx'
import { DAY_MEANING, DAY_TITLE, GROUP_TITLE } from './day-words.ts'
import css from './day.module.css'

const COLUMNS = [{ name: 'What' }, { name: 'Time', align: 'end' }, { name: 'Share', align: 'end' }] as const
const MINUTE_MS = 60_000

/** A day as a bar for the eye, a sentence, and a table with every minute. */
export function DayReportView({ report, isToday }: { report: DayReport; isToday: boolean }) {
  const rows = dayRows(report)
  if (report.totalMs < MINUTE_MS) return <EmptyState title="This day has only just begun.">The report begins with its first minute.</EmptyState>
  if (rows.every(({ code }) => code === 'off'))
    return (
      <EmptyState title="Windfall did not run on this day.">
        {isToday
          ? 'The report begins with its next minute.'
          : 'So it cannot tell what the computer did. Days on which it runs are kept here, minute by minute.'}
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
    <ul className={css['legend']} aria-label="What the colours mean">
      {groupTotals(rows).map(({ group, ms }) => (
        <li key={group}>
          <Swatch group={group} />
          {GROUP_TITLE[group]} <span className={css['amount']}>{formatSpan(ms)}</span>
        </li>
      ))}
      {leftMs < MINUTE_MS ? null : (
        <li>
          <Swatch group={null} />
          Still to come <span className={css['amount']}>{formatSpan(leftMs)}</span>
        </li>
      )}
    </ul>
  )
}

/** What the bar shows, for who does not see it. */
function summaryOf(rows: readonly DayRow[], totalMs: number, isToday: boolean): string {
  const worked = rows.find(({ code }) => code === 'running')
  const [most] = rows.filter(({ code }) => code !== 'running')
  const span = isToday ? `the ${formatSpan(totalMs)} that have passed` : 'this day'
  const first = worked ? `Of ${span}, jobs ran for ${worked.time} (${worked.share}).` : `In ${span}, no job ran.`
  return most === undefined ? first : `${first} What took most of the rest: “${DAY_TITLE[most.code]}”, ${most.time}.`
}

const Account = ({ rows, totalMs }: { rows: readonly DayRow[]; totalMs: number }) => (
  <LedgerTable
    caption="What every minute went to, longest first"
    columns={COLUMNS}
    rows={[
      ...rows.map(({ code, group, time, share }) => ({
        key: code as string,
        cells: [
          <span key="what" className={css['what']}>
            <Swatch group={group} />
            <span>
              <strong>{DAY_TITLE[code]}</strong>
              <Sub>{DAY_MEANING[code]}</Sub>
            </span>
          </span>,
          time,
          share,
        ],
      })),
      { key: 'total', cells: [<strong key="what">Together</strong>, <strong key="time">{formatSpan(totalMs)}</strong>, <strong key="share">100%</strong>] },
    ]}
  />
)
