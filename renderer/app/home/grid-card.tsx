import type { GridView } from '../../../shared/contract/agent-grid.ts'
import { t } from '../../../shared/i18n/translate.ts'
import { nextGreenWindow } from '../../lib/forecast.ts'
import { formatIntensity, formatMoment, formatPercent, formatRelative, formatWindow } from '../../lib/format.ts'
import { rich } from '../../lib/rich.tsx'
import type { Word } from '../../lib/words.ts'
import { Badge } from '../../ui/badge.tsx'
import { Banner } from '../../ui/banner.tsx'
import { Card } from '../../ui/card.tsx'
import { Foreign } from '../../ui/foreign.tsx'
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
    <Card title={t('Your grid, next 48 hours')} aside={grid.data ? <Source grid={grid.data} /> : null}>
      <Loaded query={grid} what={t('the grid forecast')} skeleton={<SkeletonBlock size="chart" />}>
        {(data) => <Grid grid={data} />}
      </Loaded>
    </Card>
  )
}

const Source = ({ grid: { zone, signal } }: { grid: GridView }) => (
  <span className={css['source']}>
    {t('Zone {zone}', { zone })}
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
            <span>{grid.now === null ? t('CO₂, not known now') : t('CO₂ now')}</span>
            <Badge state={greenWord(grid, now)} />
          </p>
          <Standing grid={grid} now={now} />
          <HourStrip grid={grid} now={now} />
        </>
      )}
      <PowerRules grid={grid} />
      <p className={prose['small']}>
        <Foreign>{grid.rule}</Foreign>
        {grid.signal === null ? null : (
          <>
            {' '}
            {rich('Source: {source}. {attribution}', {
              source: <Foreign>{grid.signal.source}</Foreign>,
              attribution: <Foreign>{grid.signal.attribution}</Foreign>,
            })}
          </>
        )}
      </p>
    </div>
  )
}

/** How now compares with the month, and how old a live forecast is. */
function Standing({ grid: { greenerThanPercent, signal }, now }: { grid: GridView; now: number }) {
  const said = [
    greenerThanPercent === null ? null : t('Greener than {percent} of the last 30 days.', { percent: formatPercent(greenerThanPercent / 100) }),
    signal?.origin === 'live' ? t('Updated {ago}.', { ago: formatRelative(signal.issuedAt, now) }) : null,
  ].filter((text) => text !== null)
  return said.length === 0 ? null : <p className={prose['small']}>{said.join(' ')}</p>
}

function greenWord(grid: GridView, now: number): Word {
  const next = nextGreenWindow(grid, now)
  if (next === null) return { tone: 'slate', glyph: 'half', word: t('No green window in the forecast') }
  if (next.open) return { tone: 'leaf', glyph: 'drop', word: t('Green now, until {time}', { time: formatMoment(next.to, now) }) }
  return {
    tone: 'slate',
    glyph: 'half',
    word: t('Next green window {window}, {relative}', { window: formatWindow(next, now), relative: formatRelative(next.from, now) }),
  }
}

function GridTrouble({ grid: { state, message, signal }, now }: { grid: GridView; now: number }) {
  if (state === 'fresh') return null
  return (
    <Banner tone="honey" glyph="bang">
      <strong>{state === 'stale' ? oldText(signal, now) : t('There is no forecast for this zone.')}</strong> {t('Jobs that wait for green power keep waiting.')}{' '}
      {message === null ? null : <Foreign>{message}</Foreign>}
    </Banner>
  )
}

const oldText = (signal: GridView['signal'], now: number): string =>
  signal === null ? t('This forecast is old.') : t('This forecast is old, from {time}.', { time: formatMoment(signal.issuedAt, now) })
