import { useEffect, useRef, useState } from 'react'
import { t } from '../../../shared/i18n/translate.ts'
import { daysBack } from '../../lib/day-rows.ts'
import { formatClock, formatDay } from '../../lib/format.ts'
import { Card } from '../../ui/card.tsx'
import { Loaded, SkeletonBlock, SkeletonLines } from '../../ui/loaded.tsx'
import { Page } from '../../ui/page.tsx'
import { useNow } from '../hooks.ts'
import { useDayReport } from '../queries.ts'
import { DayPicker } from './day-picker.tsx'
import { DayReportView } from './day-report-view.tsx'
import css from './day.module.css'
import { WhyNow } from './why-now.tsx'

const DAYS_BACK = 14

/** What every minute of a day went to, and what stands in the way right now. */
export function DayPage() {
  const now = useNow()
  const days = daysBack(now, DAYS_BACK)
  const [today = ''] = days
  // `null` stays today over midnight.
  const [chosen, setChosen] = useState<string | null>(null)
  const day = chosen !== null && days.includes(chosen) ? chosen : today
  return (
    <Page title={t('Day report')}>
      <DayPicker days={days} day={day} choose={(wanted) => setChosen(wanted === today ? null : wanted)} />
      {day === today ? <WhyNow /> : null}
      <Card title={t('Where the day went: {day}', { day: formatDay(day, today) })}>
        <Report day={day} isToday={day === today} now={now} />
        <p className={css['note']}>
          {t('Days begin at midnight UTC, which is {time} here. The report is made and kept on this computer.', { time: formatClock(day) })}
        </p>
      </Card>
    </Page>
  )
}

function Report({ day, isToday, now }: { day: string; isToday: boolean; now: number }) {
  const report = useDayReport(day)
  const { refetch } = report
  const askedAt = useRef(now)
  useEffect(() => {
    if (!isToday || askedAt.current === now) return
    askedAt.current = now
    void refetch()
  }, [isToday, now, refetch])
  return (
    <Loaded query={report} what={t('the report of this day')} skeleton={<ReportSkeleton />}>
      {(data) => <DayReportView report={data} isToday={isToday} />}
    </Loaded>
  )
}

const ReportSkeleton = () => (
  <div className={css['skeleton']}>
    <SkeletonBlock size="figure" />
    <SkeletonLines count={6} />
  </div>
)
