import type { MoneyDay } from '../../shared/contract/money.ts'
import { t } from '../../shared/i18n/translate.ts'
import css from './day-bars.module.css'

const HEIGHT = 100
/** A single day is not a wall. */
const LEAST_SLOTS = 7

const summaryOf = (days: number): string => t('Confirmed pay of {days, plural, one {# day} other {# days}}.', { days })

interface DayBarsProps {
  /** Oldest first. */
  readonly days: readonly MoneyDay[]
  readonly today: string
  /** A day in words. */
  readonly textOf: (day: MoneyDay) => string
}

/** What each day brought, as bars; the table below them has the figures. A picture for the eye, so it is one image with one sentence. */
export function DayBars({ days, today, textOf }: DayBarsProps) {
  const values = days.map(({ confirmedMicroUsd }) => Number(confirmedMicroUsd))
  const top = Math.max(1, ...values)
  const slots = Math.max(LEAST_SLOTS, days.length)
  const best = days[values.indexOf(Math.max(...values))]
  return (
    <svg
      className={css['bars']}
      viewBox={`0 0 ${slots * 10} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={best ? t('{summary} The best: {day}.', { summary: summaryOf(days.length), day: textOf(best) }) : summaryOf(days.length)}
    >
      {days.map((day, index) => {
        const height = Math.max(1, ((values[index] ?? 0) / top) * (HEIGHT - 2))
        return (
          <rect
            key={day.day}
            className={day.day === today ? css['today'] : css['day']}
            x={(slots - days.length + index) * 10 + 1.5}
            width="7"
            y={HEIGHT - height}
            height={height}
          >
            <title>{textOf(day)}</title>
          </rect>
        )
      })}
    </svg>
  )
}
