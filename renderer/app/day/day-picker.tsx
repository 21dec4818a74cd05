import { useId } from 'react'
import { t } from '../../../shared/i18n/translate.ts'
import { formatDay } from '../../lib/format.ts'
import { Button } from '../../ui/button.tsx'
import field from '../../ui/field.module.css'
import css from './day.module.css'

interface DayPickerProps {
  /** Newest first; the first is today. */
  readonly days: readonly string[]
  readonly day: string
  readonly choose: (day: string) => void
}

/** One day of the last fortnight: from a list, or one step at a time. */
export function DayPicker({ days, day, choose }: DayPickerProps) {
  const id = useId()
  const place = days.indexOf(day)
  const step = (by: number) => {
    const next = days[place + by]
    // A step that leads nowhere keeps the focus.
    return next === undefined ? { unavailable: true } : { onClick: () => choose(next) }
  }
  return (
    <div className={css['picker']}>
      <label htmlFor={id}>{t('Day')}</label>
      <select id={id} className={field['field']} value={day} onChange={(event) => choose(event.currentTarget.value)}>
        {days.map((one) => (
          <option key={one} value={one}>
            {formatDay(one, days[0] ?? one)}
          </option>
        ))}
      </select>
      <Button {...step(1)}>{t('Earlier')}</Button>
      <Button {...step(-1)}>{t('Later')}</Button>
    </div>
  )
}
