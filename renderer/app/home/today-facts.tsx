import type { AgentStatus } from '../../../shared/contract/agent.ts'
import { formatEnergy, formatGrams, formatSpan } from '../../lib/format.ts'
import { Explain } from '../../ui/explain.tsx'
import { Figure, Figures } from '../../ui/figures.tsx'
import { OriginLabel } from '../../ui/origin-label.tsx'
import { Watts } from '../../ui/watts.tsx'

/** The day in four figures. */
export const TodayFacts = ({ status: { power, today } }: { status: AgentStatus }) => (
  <Figures>
    <Figure name="Power now">
      {power === null ? (
        <>
          – <small>nothing is metered</small>
        </>
      ) : (
        <Watts watts={power.watts} method={power.method} />
      )}
    </Figure>
    <Figure name="Energy today">
      {today.estimated ? '≈ ' : ''}
      {formatEnergy(today.energyJ)}{' '}
      <small>
        in {formatSpan(today.runMs)}
        {today.estimated ? ', estimate' : ''}
      </small>
    </Figure>
    <Figure name="CO₂e today">
      {formatGrams(today.emissionsG)} <small>{today.receipts === 1 ? 'on 1 receipt' : `on ${today.receipts} receipts`}</small>{' '}
      {today.origin === null ? null : (
        <small>
          <OriginLabel origin={today.origin} recordedOn={today.recordedOn} />
        </small>
      )}
    </Figure>
    <Figure name="Attributed saving">
      <Explain how="What the same energy would have emitted had each job started the moment it was submitted, less what it did emit. It can be negative. Each receipt shows the sum.">
        {formatGrams(today.attributedSavingG)}
      </Explain>{' '}
      <small>CO₂e today</small>
    </Figure>
  </Figures>
)
