import { inBrief } from '../../lib/device-text.ts'
import { hrefOf } from '../../lib/router.ts'
import { METHOD_WORD } from '../../lib/words.ts'
import { Card } from '../../ui/card.tsx'
import { Loaded, SkeletonBlock } from '../../ui/loaded.tsx'
import { PowerChart } from '../../ui/power-chart.tsx'
import prose from '../../ui/prose.module.css'
import type { AgentStatus } from '../../../shared/contract/agent.ts'
import { usePower, useStatus } from '../queries.ts'
import css from './cards.module.css'

const NAMED = 4

/** What the meter reads, second by second. */
export function PowerCard() {
  const power = usePower()
  const status = useStatus()
  const method = power.data?.method ?? null
  return (
    <Card
      title="Power"
      aside={
        <span className={css['source']}>
          {method === null ? null : method === 'estimate' ? '≈ estimate, not measured' : METHOD_WORD[method].short}
          <a href={hrefOf({ page: 'machine' })}>This machine</a>
        </span>
      }
    >
      <Loaded query={power} what="power readings" skeleton={<SkeletonBlock size="chart" />}>
        {({ readings }) =>
          readings.length < 2 ? (
            <p className={prose['small']}>Nothing is metered now. The line starts with the next job.</p>
          ) : (
            <PowerChart readings={readings} estimated={method === 'estimate'} />
          )
        }
      </Loaded>
      {status.data ? <p className={prose['small']}>{devicesText(status.data.devices)}</p> : null}
    </Card>
  )
}

/** What is metered, by name. */
const devicesText = (devices: AgentStatus['devices']): string =>
  devices.length === 0
    ? 'No device that can be metered was found on this computer.'
    : `This computer: ${devices.slice(0, NAMED).map(inBrief).join(', ')}${devices.length > NAMED ? ` and ${devices.length - NAMED} more` : ''}.`
