import type { AgentStatus } from '../../../shared/contract/agent.ts'
import { lastYieldText, medianText, yieldMethod } from '../../lib/yield-text.ts'
import { Explain } from '../../ui/explain.tsx'
import prose from '../../ui/prose.module.css'
import css from './home.module.css'

interface YieldFactProps {
  readonly status: Pick<AgentStatus, 'lastYield' | 'yieldTimes'>
  readonly now: number
}

/** How fast the owner got the machine back, as measured here; a promise is not shown. */
export function YieldFact({ status: { lastYield, yieldTimes }, now }: YieldFactProps) {
  const text = lastYieldText(lastYield)
  if (lastYield === null || text === null) return null
  const median = lastYield.memory === 'held' ? null : medianText(yieldTimes)
  return (
    <p className={prose['small']}>
      <Explain
        how={yieldMethod(lastYield, yieldTimes, now).map((sentence) => (
          <span key={sentence} className={css['sentence']}>
            {sentence}
          </span>
        ))}
      >
        {text}
      </Explain>
      {median === null ? '' : ` (${median})`}
    </p>
  )
}
