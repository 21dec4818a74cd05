import type { ReactNode } from 'react'
import type { Plan, PlanAnswer } from '../../../shared/contract/plan.ts'
import { formatUsd } from '../../../shared/domain/money.ts'
import { formatFixed, formatGrams, formatIntensity, formatMinor, formatPercent } from '../../lib/format.ts'
import { OriginLabel } from '../../ui/origin-label.tsx'
import { listHref } from '../address.ts'
import { Utc } from '../utc.tsx'

type AnyPlan = Omit<Plan, 'nodeId'> | NonNullable<PlanAnswer['plan']>

/** From when to when, in UTC. */
export const Span = ({ window, now }: { readonly window: Plan['window']; readonly now: number }) => (
  <>
    <Utc at={window.from} now={now} /> – <Utc at={window.to} now={now} />
  </>
)

function Runs({ plan: { runs, window }, now }: { readonly plan: AnyPlan; readonly now: number }) {
  if (runs.length < 2) return <Span window={window} now={now} />
  return (
    <>
      {runs.length} runs
      <ol>
        {runs.map((run) => (
          <li key={run.from}>
            <Span window={run} now={now} />
          </li>
        ))}
      </ol>
    </>
  )
}

const Grams = ({ plan: { expectedGrams, gramsRange, baselineGrams } }: { readonly plan: AnyPlan }) => (
  <>
    ≈ {formatGrams(expectedGrams)} CO₂e
    <small>
      {' '}
      expected
      {gramsRange === null
        ? '; nothing is known of how far this source is off'
        : `, eight of ten times between ${formatGrams(gramsRange.low)} and ${formatGrams(gramsRange.high)}`}
      ; started at submission it were {formatGrams(baselineGrams)}
    </small>
  </>
)

const scoreText = ({ total, intensity, price, utilisation }: Plan['score']): string =>
  `${formatFixed(total, 3)} = intensity ${formatFixed(intensity, 3)} + price ${formatFixed(price, 3)} + utilisation ${formatFixed(utilisation, 3)}`

const Electricity = ({ of: { minorPerKWh, currency, market, knownShare } }: { readonly of: NonNullable<Plan['electricity']> }) => (
  <>
    {formatMinor(minorPerKWh, currency)} per kWh{' '}
    <small>
      {market}, published for {formatPercent(knownShare)} of that time
    </small>
  </>
)

/** Where and when a job is planned, for how many grams and dollars, and by what that was chosen. */
export const planRows = (plan: AnyPlan, now: number): Readonly<Record<string, ReactNode>> => ({
  Where: <a href={listHref('zones', { find: plan.zone })}>{plan.zone}</a>,
  When: <Runs plan={plan} now={now} />,
  'Carbon of the grid then': (
    <>
      ≈ {formatIntensity(plan.gPerKWh)} <OriginLabel origin={plan.origin} recordedOn={plan.recordedOn} /> <small>{plan.source}</small>
    </>
  ),
  Emissions: <Grams plan={plan} />,
  'Price if it takes as long as expected': `≈ ${formatUsd(plan.expectedMicroUsd)}`,
  'Price of electricity': plan.electricity === null ? null : <Electricity of={plan.electricity} />,
  Score: (
    <>
      {scoreText(plan.score)}{' '}
      <small>
        lower is better; {plan.chosenBy === 'joint' ? 'zone and time chosen together are better by the objective of the job' : 'by it this is the best choice'}
      </small>
    </>
  ),
  'Cleanest window':
    plan.greenest === null ? null : (
      <>
        <Span window={plan.greenest.window} now={now} /> <small>≈ {formatIntensity(plan.greenest.gPerKWh)} forecast</small>
      </>
    ),
})
