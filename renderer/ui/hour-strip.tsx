import { type PointerEvent, useState } from 'react'
import type { GridView } from '../../shared/contract/agent-grid.ts'
import { t } from '../../shared/i18n/translate.ts'
import { cx } from '../lib/cx.ts'
import { HOURS_AHEAD, type Hour, hoursAhead } from '../lib/forecast.ts'
import { formatClock, formatIntensity, formatMoment, formatWeekday } from '../lib/format.ts'
import { DataDetails } from './data-details.tsx'
import css from './hour-strip.module.css'

/** So many bars a label is wide, where they are narrowest. */
const LABEL_HOURS = 5

const valueText = (hour: Hour): string => (hour.gPerKWh === null ? t('not known') : formatIntensity(hour.gPerKWh))

function hourText(hour: Hour, now: number): string {
  const values = { from: formatMoment(hour.from, now), to: formatClock(hour.to), value: valueText(hour) }
  return hour.green ? t('{from}–{to}: {value}, green window', values) : t('{from}–{to}: {value}', values)
}

/**
 * 48 hours as 48 bars under one slider: a single stop for the Tab key, moved by arrows, Page Up and Down, Home and End, by pointer or touch.
 * What the chosen bar means stands below and is the slider's spoken value.
 */
export function HourStrip({ grid, now }: { grid: GridView; now: number }) {
  const hours = hoursAhead(grid, now)
  const [chosen, setChosen] = useState(0)
  const top = Math.max(1, ...hours.map(({ gPerKWh }) => gPerKWh ?? 0))
  const text = hours.map((hour) => hourText(hour, now))[chosen] ?? ''
  const follow = ({ nativeEvent, currentTarget }: PointerEvent<HTMLInputElement>) =>
    setChosen(Math.min(HOURS_AHEAD - 1, Math.max(0, Math.floor((nativeEvent.offsetX / currentTarget.clientWidth) * HOURS_AHEAD))))
  return (
    <div>
      <div className={css['strip']}>
        {hours.map((hour, index) => (
          <Bar key={hour.from} hour={hour} share={(hour.gPerKWh ?? 0) / top} chosen={index === chosen} isLast={index >= HOURS_AHEAD - LABEL_HOURS} />
        ))}
        <input
          className={css['cursor']}
          type="range"
          min={0}
          max={HOURS_AHEAD - 1}
          value={chosen}
          aria-label={t('Carbon intensity, hour by hour')}
          aria-valuetext={text}
          onChange={(event) => setChosen(event.currentTarget.valueAsNumber)}
          onPointerMove={follow}
        />
      </div>
      <p className={css['readout']}>
        <span>{text}</span>
        <span className={css['legend']} aria-hidden="true">
          <span className={css['keyGreen']} /> {t('green window')} <span className={css['keyOther']} /> {t('other hours')}
        </span>
      </p>
      <DataDetails
        name="grid"
        summary={t('Show the hours as a table')}
        head={[t('Hour'), t('Intensity'), t('Green window')]}
        rows={hours.map((hour) => [formatMoment(hour.from, now), valueText(hour), hour.green ? t('yes') : t('no')])}
      />
    </div>
  )
}

interface BarProps {
  readonly hour: Hour
  /** Height, 0 to 1. */
  readonly share: number
  readonly chosen: boolean
  /** Its label would stand out over the edge. */
  readonly isLast: boolean
}

function Bar({ hour, share, chosen, isLast }: BarProps) {
  const start = new Date(hour.from).getHours()
  const height = hour.gPerKWh === null ? 0 : Math.max(3, share * 100)
  return (
    <div className={cx(css['bar'], hour.green && css['green'], chosen && css['chosen'])} aria-hidden="true">
      <svg viewBox="0 0 1 100" preserveAspectRatio="none" focusable="false">
        <rect className={css['fill']} width="1" height={height} y={100 - height} />
        <line className={css['cap']} x1="0" x2="1" y1={100 - height} y2={100 - height} />
      </svg>
      {start % 6 === 0 ? (
        <span className={cx(css['tick'], start % 12 !== 0 && css['minor'], isLast && css['last'])}>
          {start === 0 ? formatWeekday(hour.from) : formatClock(hour.from)}
        </span>
      ) : null}
    </div>
  )
}
