import { Suspense, lazy } from 'react'
import { t } from '../../../shared/i18n/translate.ts'
import { inBrief } from '../../lib/device-text.ts'
import { hrefOf } from '../../lib/router.ts'
import { METHOD_WORD } from '../../lib/words.ts'
import { Card } from '../../ui/card.tsx'
import { Loaded, SkeletonBlock } from '../../ui/loaded.tsx'
import prose from '../../ui/prose.module.css'
import type { AgentStatus } from '../../../shared/contract/agent.ts'
import { usePower, useStatus } from '../queries.ts'
import { useServices } from '../services.ts'
import css from './cards.module.css'

/** The state is what one opens the window for; the line may come a moment later. */
const LiveChart = lazy(async () => ({ default: (await import('../../ui/live-chart.tsx')).LiveChart }))

const NAMED = 4

/** What the meter reads, second by second. */
export function PowerCard() {
  const power = usePower()
  const status = useStatus()
  const { power: ring } = useServices()
  const method = power.data?.method ?? status.data?.power?.method ?? null
  return (
    <Card
      title={t('Power')}
      aside={
        <span className={css['source']}>
          {method === null ? null : method === 'estimate' ? t('≈ estimate, not measured') : METHOD_WORD[method].short}
          <a href={hrefOf({ page: 'machine' })}>{t('This machine')}</a>
        </span>
      }
    >
      <Loaded query={power} what={t('power readings')} skeleton={<SkeletonBlock size="chart" />}>
        {() => (
          <Suspense fallback={<SkeletonBlock size="chart" />}>
            <LiveChart
              ring={ring}
              estimated={method === 'estimate'}
              empty={<p className={prose['small']}>{t('Nothing is metered now. The line starts with the next job.')}</p>}
            />
          </Suspense>
        )}
      </Loaded>
      {status.data ? <p className={prose['small']}>{devicesText(status.data.devices)}</p> : null}
    </Card>
  )
}

/** What is metered, by name. */
function devicesText(devices: AgentStatus['devices']): string {
  if (devices.length === 0) return t('No device that can be metered was found on this computer.')
  const named = devices.slice(0, NAMED).map(inBrief).join(', ')
  const others = devices.length - NAMED
  return others > 0 ? t('This computer: {devices} and {others} more.', { devices: named, others }) : t('This computer: {devices}.', { devices: named })
}
