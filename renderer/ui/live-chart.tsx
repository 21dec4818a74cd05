import { type PointerEvent, type ReactNode, useState, useSyncExternalStore } from 'react'
import { t } from '../../shared/i18n/translate.ts'
import { formatSeconds, formatSpan, formatTemperature, formatWatts } from '../lib/format.ts'
import type { PowerPoint, PowerRing } from '../lib/power-ring.ts'
import { BOX, type PowerFigures, figuresOf, nearest, roundUp, rowsOf, traceOf } from '../lib/trace.ts'
import { Choices } from './choices.tsx'
import { DataDetails } from './data-details.tsx'
import css from './live-chart.module.css'

const MINUTE_MS = 60_000
const SPANS_MS = [2 * MINUTE_MS, 15 * MINUTE_MS, 60 * MINUTE_MS] as const
/** The right-hand scale begins where a quiet device is. */
const COOL_C = 20
const HOT_C = 100

interface LiveChartProps {
  readonly ring: PowerRing
  readonly estimated: boolean
  /** Instead of a line of fewer than two points. */
  readonly empty: ReactNode
}

/** While nobody looks nothing is drawn; whoever comes back sees the newest at once. */
const whileVisible = (ring: PowerRing) => (listener: () => void) => {
  const tell = () => {
    if (document.visibilityState === 'visible') listener()
  }
  const stop = ring.subscribe(tell)
  document.addEventListener('visibilitychange', tell)
  return () => {
    stop()
    document.removeEventListener('visibilitychange', tell)
  }
}

/** Power, and the temperature of the hottest device, of the last minutes up to an hour: a picture, a sentence, a cursor and a table. */
export function LiveChart({ ring, estimated, empty }: LiveChartProps) {
  const [subscribe] = useState(() => whileVisible(ring))
  const all = useSyncExternalStore(subscribe, ring.points)
  const [spanMs, setSpan] = useState<number>(SPANS_MS[0])
  const to = all.at(-1)?.at ?? 0
  const points = all.filter(({ at }) => at >= to - spanMs)
  const figures = figuresOf(points)
  if (figures === null || all.length < 2) return empty
  return (
    <div className={css['live']}>
      <Choices
        name="power-span"
        label={t('Stretch of time')}
        options={SPANS_MS.map((value) => ({ value, label: formatSpan(value) }))}
        chosen={spanMs}
        choose={setSpan}
      />
      <Picture points={points} figures={figures} estimated={estimated} spanMs={spanMs} />
      <Readings points={points} estimated={estimated} />
    </div>
  )
}

const about = (estimated: boolean): string => (estimated ? '≈ ' : '')

function summaryOf({ last, lowW, highW, celsius, spanMs }: PowerFigures, estimated: boolean): string {
  const said = { watts: `${about(estimated)}${formatWatts(last.watts)}`, low: formatWatts(lowW), high: formatWatts(highW), span: formatSpan(spanMs) }
  return celsius === null
    ? t('{watts} now, between {low} and {high} over the last {span}.', said)
    : t('{watts} now, between {low} and {high} over the last {span}; the hottest device is at {temperature}.', {
        ...said,
        temperature: formatTemperature(celsius),
      })
}

const pointText = ({ at, watts, celsius }: PowerPoint, estimated: boolean): string =>
  `${formatSeconds(at)}: ${about(estimated)}${formatWatts(watts)}${Number.isNaN(celsius) ? '' : `, ${formatTemperature(celsius)}`}`

interface PictureProps {
  readonly points: readonly PowerPoint[]
  readonly figures: PowerFigures
  readonly estimated: boolean
  readonly spanMs: number
}

/** The lines, and over them a slider that reads one moment out: a single stop for the Tab key. */
function Picture({ points, figures, estimated, spanMs }: PictureProps) {
  /** Epoch milliseconds; `null` follows the newest. */
  const [chosen, setChosen] = useState<number | null>(null)
  const to = figures.last.at
  const from = to - Math.min(spanMs, Math.max(figures.spanMs, SPANS_MS[0]))
  const cursor = chosen === null || chosen < from ? null : nearest(points, chosen)
  const scaleW = roundUp(figures.highW)
  const name = estimated ? t('Estimated power over time') : t('Power over time')
  const follow = ({ nativeEvent, currentTarget }: PointerEvent<HTMLInputElement>) =>
    setChosen(from + (nativeEvent.offsetX / Math.max(1, currentTarget.clientWidth)) * (to - from))
  return (
    <figure aria-label={name}>
      <div className={css['chart']}>
        <Scale topW={scaleW} warm={figures.celsius !== null} ago={formatSpan(to - from)} />
        <Lines points={points} estimated={estimated} frame={{ from, to, scaleW }} cursor={cursor} label={`${name}. ${summaryOf(figures, estimated)}`} />
        <input
          className={css['cursor']}
          type="range"
          min={Math.round((from - to) / 1_000)}
          max={0}
          value={cursor === null ? 0 : Math.round((cursor.at - to) / 1_000)}
          aria-label={t('Power, moment by moment')}
          aria-valuetext={pointText(cursor ?? figures.last, estimated)}
          onChange={({ currentTarget: { valueAsNumber } }) => setChosen(valueAsNumber === 0 ? null : to + valueAsNumber * 1_000)}
          onPointerMove={follow}
          onPointerLeave={() => setChosen(null)}
        />
      </div>
      <figcaption className={css['summary']}>
        <span>{cursor === null ? summaryOf(figures, estimated) : pointText(cursor, estimated)}</span>
        <Legend estimated={estimated} warm={figures.celsius !== null} />
      </figcaption>
    </figure>
  )
}

/** What the edges of the picture stand for. */
const Scale = ({ topW, warm, ago }: { topW: number; warm: boolean; ago: string }) => (
  <>
    <span className={css['top']}>{formatWatts(topW)}</span>
    <span className={css['bottom']}>{formatWatts(0)}</span>
    {warm ? (
      <>
        <span className={css['hot']}>{formatTemperature(HOT_C)}</span>
        <span className={css['cool']}>{formatTemperature(COOL_C)}</span>
      </>
    ) : null}
    <span className={css['start']}>{t('{span} ago', { span: ago })}</span>
    <span className={css['end']}>{t('now')}</span>
  </>
)

interface LinesProps {
  readonly points: readonly PowerPoint[]
  readonly estimated: boolean
  readonly frame: { readonly from: number; readonly to: number; readonly scaleW: number }
  readonly cursor: PowerPoint | null
  readonly label: string
}

function Lines({ points, estimated, frame: { from, to, scaleW }, cursor, label }: LinesProps) {
  const power = traceOf(
    points.map(({ at, watts }) => ({ at, value: watts })),
    { from, to, low: 0, high: scaleW },
  )
  const warmth = traceOf(
    points.map(({ at, celsius }) => ({ at, value: celsius })),
    { from, to, low: COOL_C, high: HOT_C },
  )
  const x = cursor === null ? null : ((cursor.at - from) / Math.max(1, to - from)) * BOX.width
  return (
    <svg role="img" aria-label={label} viewBox={`0 0 ${BOX.width} ${BOX.height}`} preserveAspectRatio="none" focusable="false">
      <path className={css['area']} d={power.area} />
      <path className={estimated ? css['estimate'] : css['line']} d={power.line} />
      <path className={css['warmth']} d={warmth.line} />
      {x === null ? null : <path className={css['moment']} d={`M${x} 0V${BOX.height}`} />}
    </svg>
  )
}

const Legend = ({ estimated, warm }: { estimated: boolean; warm: boolean }) => (
  <span className={css['legend']} aria-hidden="true">
    <Key look={estimated ? 'estimate' : 'line'} /> {estimated ? t('Power, estimated') : t('Power')}
    {warm ? (
      <>
        <Key look="warmth" /> {t('Temperature')}
      </>
    ) : null}
  </span>
)

const Key = ({ look }: { look: 'line' | 'estimate' | 'warmth' }) => (
  <svg className={css['key']} viewBox="0 0 24 4" focusable="false">
    <path className={css[look]} d="M0 2H24" />
  </svg>
)

function Readings({ points, estimated }: { points: readonly PowerPoint[]; estimated: boolean }) {
  return (
    <DataDetails
      name="power"
      summary={t('Show the readings as a table')}
      head={[t('Time'), t('Power'), t('Temperature')]}
      rows={() =>
        rowsOf(points).rows.map(({ at, watts, celsius }) => [
          formatSeconds(at),
          `${about(estimated)}${formatWatts(watts)}`,
          Number.isNaN(celsius) ? '–' : formatTemperature(celsius),
        ])
      }
    />
  )
}
