import type { GridView } from '../../../shared/contract/agent.ts'
import { nextGreenWindow } from '../../lib/forecast.ts'
import { formatIntensity, formatMoment, formatRelative, formatWindow } from '../../lib/format.ts'
import type { Word } from '../../lib/words.ts'
import { Badge } from '../../ui/badge.tsx'
import { Banner } from '../../ui/banner.tsx'
import { Card } from '../../ui/card.tsx'
import { HourStrip } from '../../ui/hour-strip.tsx'
import { Loaded, SkeletonBlock } from '../../ui/loaded.tsx'
import { OriginLabel } from '../../ui/origin-label.tsx'
import prose from '../../ui/prose.module.css'
import { useNow } from '../hooks.ts'
import { useGrid } from '../queries.ts'
import css from './cards.module.css'
import { PowerRules } from './power-rules.tsx'

/** How clean the power is now, and for the next two days. */
export function GridCard() {
  const grid = useGrid()
  return (
    <Card title="Your grid, next 48 hours" aside={grid.data ? <Source grid={grid.data} /> : null}>
      <Loaded query={grid} what="the grid forecast" skeleton={<SkeletonBlock size="chart" />}>
        {(data) => <Grid grid={data} />}
      </Loaded>
    </Card>
  )
}

const Source = ({ grid: { zone, signal } }: { grid: GridView }) => (
  <span className={css['source']}>
    Zone {zone}
    {signal ? <OriginLabel origin={signal.origin} recordedOn={signal.recordedOn} /> : null}
  </span>
)

function Grid({ grid }: { grid: GridView }) {
  const now = useNow()
  return (
    <div className={css['grid']}>
      <GridTrouble grid={grid} now={now} />
      {grid.signal === null ? null : (
        <>
          <p className={css['gridNow']}>
            <span className={css['figure']}>{grid.now === null ? '–' : formatIntensity(grid.now.gPerKWh)}</span>{' '}
            <span>CO₂{grid.now === null ? ', not known now' : ' now'}</span>
            <Badge state={greenWord(grid, now)} />
          </p>
          <HourStrip grid={grid} now={now} />
        </>
      )}
      <PowerRules grid={grid} />
      <p className={prose['small']}>
        {grid.rule}
        {grid.signal ? ` Source: ${grid.signal.source}. ${grid.signal.attribution}` : ''}
      </p>
    </div>
  )
}

function greenWord(grid: GridView, now: number): Word {
  const next = nextGreenWindow(grid, now)
  if (next === null) return { tone: 'slate', glyph: 'half', word: 'No green window in the forecast' }
  if (next.open) return { tone: 'leaf', glyph: 'drop', word: `Green now, until ${formatMoment(next.to, now)}` }
  return { tone: 'slate', glyph: 'half', word: `Next green window ${formatWindow(next, now)}, ${formatRelative(next.from, now)}` }
}

function GridTrouble({ grid: { state, message, signal }, now }: { grid: GridView; now: number }) {
  if (state === 'fresh') return null
  return (
    <Banner tone="honey" glyph="bang">
      <strong>
        {state === 'stale'
          ? `This forecast is old${signal === null ? '' : `, from ${formatMoment(signal.issuedAt, now)}`}.`
          : 'There is no forecast for this zone.'}
      </strong>{' '}
      Jobs that wait for green power keep waiting.
      {message === null ? '' : ` ${message}`}
    </Banner>
  )
}
