import type { GridView } from '../../../shared/contract/agent-grid.ts'
import { t } from '../../../shared/i18n/translate.ts'
import { hoursAhead } from '../../lib/forecast.ts'
import { formatIntensity, formatRelative, formatWindow } from '../../lib/format.ts'
import { rich } from '../../lib/rich.tsx'
import { hrefOf } from '../../lib/router.ts'
import { Card } from '../../ui/card.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Loaded, SkeletonLines } from '../../ui/loaded.tsx'
import { Page } from '../../ui/page.tsx'
import prose from '../../ui/prose.module.css'
import { GridCard } from '../home/grid-card.tsx'
import { useNow } from '../hooks.ts'
import { useGrid } from '../queries.ts'
import { GateRule } from '../settings/gate-rule.tsx'
import { type OwnRules, RULES_UNDO, useRules } from '../settings/use-rules.ts'
import { UndoLine } from '../undo-line.tsx'
import css from './grid.module.css'
import { ZonesCard } from './zones-card.tsx'

/** How clean the power of this zone is, when it will be cleaner, and from when on jobs may use it. */
export const GridPage = () => (
  <Page title={t('Grid')}>
    <GridCard />
    <WindowsCard />
    <ThresholdCard />
    <ZonesCard />
  </Page>
)

function WindowsCard() {
  const grid = useGrid()
  return (
    <Card title={t('Green windows')}>
      <Loaded query={grid} what={t('the green windows')} skeleton={<SkeletonLines count={3} />}>
        {(data) => <Windows grid={data} />}
      </Loaded>
    </Card>
  )
}

function Windows({ grid }: { grid: GridView }) {
  const now = useNow()
  const windows = grid.greenWindows.filter(({ to }) => Date.parse(to) > now)
  if (windows.length === 0)
    return (
      <EmptyState title={t('No green window in the forecast.')}>
        {grid.state === 'fresh' ? t('Windfall looks again whenever a new forecast arrives.') : t('A fresh forecast may have some.')}
      </EmptyState>
    )
  return (
    <ul className={css['windows']}>
      {windows.map((window) => (
        <li key={window.from}>
          <span>{formatWindow(window, now)}</span>
          <span className={prose['small']}>{Date.parse(window.from) <= now ? t('now') : formatRelative(window.from, now)}</span>
          <span>{meanText(grid, window, now)}</span>
        </li>
      ))}
    </ul>
  )
}

/** The mean of the whole hours of a window, by the same forecast. */
function meanText({ signal, greenWindows }: GridView, { from, to }: GridView['greenWindows'][number], now: number): string {
  const inside = hoursAhead({ signal, greenWindows }, now).flatMap((hour) =>
    hour.gPerKWh !== null && hour.to > Date.parse(from) && hour.from < Date.parse(to) ? [hour.gPerKWh] : [],
  )
  return inside.length === 0 ? '' : t('about {intensity}', { intensity: formatIntensity(inside.reduce((sum, value) => sum + value, 0) / inside.length) })
}

function ThresholdCard() {
  const { query, own } = useRules()
  return (
    <Card title={t('Your threshold')}>
      <Loaded query={query} what={t('your rule')} skeleton={<SkeletonLines count={4} />}>
        {(data) => <Threshold own={own(data)} />}
      </Loaded>
    </Card>
  )
}

const Threshold = ({ own: { undo, refusal, ...own } }: { own: OwnRules }) => (
  <>
    <UndoLine about={RULES_UNDO} undo={undo} refusal={refusal} />
    <GateRule {...own} />
    <p className={prose['small']}>{rich('All your rules are under {settings}.', { settings: <a href={hrefOf({ page: 'settings' })}>{t('Settings')}</a> })}</p>
  </>
)
