import type { ReactNode } from 'react'
import type { AgentStatus } from '../../../shared/contract/agent.ts'
import { formatEnergy, formatGrams, formatSpan } from '../../lib/format.ts'
import { Explain } from '../../ui/explain.tsx'
import { OriginLabel } from '../../ui/origin-label.tsx'
import { Watts } from '../../ui/watts.tsx'
import css from './home.module.css'

const Fact = ({ name, children }: { name: string; children: ReactNode }) => (
  <div>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
)

/** The day in four figures. */
export const TodayFacts = ({ status: { power, today } }: { status: AgentStatus }) => (
  <dl className={css['facts']}>
    <Fact name="Power now">
      {power === null ? (
        <>
          – <small>nothing is metered</small>
        </>
      ) : (
        <Watts watts={power.watts} method={power.method} />
      )}
    </Fact>
    <Fact name="Energy today">
      {today.estimated ? '≈ ' : ''}
      {formatEnergy(today.energyJ)}{' '}
      <small>
        in {formatSpan(today.runMs)}
        {today.estimated ? ', estimate' : ''}
      </small>
    </Fact>
    <Fact name="CO₂e today">
      {formatGrams(today.emissionsG)} <small>{today.receipts === 1 ? 'on 1 receipt' : `on ${today.receipts} receipts`}</small>{' '}
      {today.origin === null ? null : (
        <small>
          <OriginLabel origin={today.origin} recordedOn={today.recordedOn} />
        </small>
      )}
    </Fact>
    <Fact name="Attributed saving">
      <Explain how="What the same energy would have emitted had each job started the moment it was submitted, less what it did emit. It can be negative. Each receipt shows the sum.">
        {formatGrams(today.attributedSavingG)}
      </Explain>{' '}
      <small>CO₂e today</small>
    </Fact>
  </dl>
)
