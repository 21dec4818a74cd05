import type { PowerReading } from '../../shared/contract/device.ts'
import { formatSeconds, formatSpan, formatWatts } from '../lib/format.ts'
import { powerLine } from '../lib/power-line.ts'
import { DataDetails } from './data-details.tsx'
import css from './power-chart.module.css'

/** Power over the last minutes as a line from 0 W, a sentence, and a table. */
export function PowerChart({ readings, estimated }: { readings: readonly PowerReading[]; estimated: boolean }) {
  const { points, scaleW, lowW, highW, lastW, spanMs } = powerLine(readings)
  const about = estimated ? '≈ ' : ''
  const summary = `${about}${formatWatts(lastW)} now, between ${formatWatts(lowW)} and ${formatWatts(highW)} over the last ${formatSpan(spanMs)}.`
  return (
    <div>
      <figure aria-label={estimated ? 'Estimated power over time' : 'Power over time'}>
        <div className={css['chart']} aria-hidden="true">
          <span className={css['top']}>{formatWatts(scaleW)}</span>
          <span className={css['bottom']}>{formatWatts(0)}</span>
          <svg viewBox="0 0 1000 100" preserveAspectRatio="none" focusable="false">
            <polyline className={css['area']} points={`0,100 ${points} 1000,100`} />
            <polyline className={estimated ? css['estimate'] : css['line']} points={points} />
          </svg>
          <span className={css['start']}>{formatSpan(spanMs)} ago</span>
          <span className={css['end']}>now</span>
        </div>
        <figcaption className={css['summary']}>{summary}</figcaption>
      </figure>
      <DataDetails
        name="power"
        summary="Show the readings as a table"
        head={['Time', 'Power']}
        rows={readings.toReversed().map(({ at, watts }) => [formatSeconds(at), `${about}${formatWatts(watts)}`])}
      />
    </div>
  )
}
