import type { NodeView } from '../../../shared/contract/node-admin.ts'
import { formatFixed, formatPercent } from '../../lib/format.ts'
import { Card } from '../../ui/card.tsx'
import { Facts } from '../../ui/facts.tsx'
import { Utc } from '../utc.tsx'

type Fault = keyof NodeView['standing']['faults']

const FAULTS: Readonly<Record<Fault, string>> = {
  'wrong-result': 'wrong results',
  'forged-samples': 'forged samples',
  'refused-proof': 'refused proofs',
  unanswered: 'unanswered challenges',
  failed: 'failed jobs',
  silent: 'jobs left silently',
}

const count = (value: number): string => new Intl.NumberFormat('en-GB', { maximumFractionDigits: 1 }).format(value)

/** `wrong results: 2, failed jobs: 0.5`, as they weigh now. */
const faultsText = (faults: NodeView['standing']['faults']): string =>
  Object.entries(faults)
    .filter(([, weight]) => weight > 0)
    .map(([fault, weight]) => `${FAULTS[fault as Fault]}: ${count(weight)}`)
    .join(', ') || 'None'

/** How far it is trusted, and what that is made of. */
export const TrustCard = ({ node, now }: { readonly node: NodeView; readonly now: number }) => {
  const { standing, quota, eco, attestation } = node
  return (
    <Card title="Trust">
      <Facts
        rows={{
          Trust: (
            <>
              {formatPercent(node.reputation)} <small>how likely its next job is done well; 50% for a machine that nothing is known of</small>
            </>
          ),
          'Made of': `${formatFixed(standing.good, 1)} for it, ${formatFixed(standing.bad, 1)} against it; each fades to a half in thirty days`,
          Faults: faultsText(standing.faults),
          Quarantines: standing.quarantines,
          'Runs proven, ever': standing.jobs,
          'Results today': (
            <>
              {quota.today} of {quota.perDay}{' '}
              <small>
                that it may have in a day (UTC); anew from <Utc at={quota.freshAt} now={now} />
              </small>
            </>
          ),
          'Eco score': <Eco eco={eco} />,
          Attestation: <Attestation attestation={attestation} now={now} />,
        }}
      />
    </Card>
  )
}

const Eco = ({ eco }: Pick<NodeView, 'eco'>) =>
  eco === null ? (
    <>Too little is known of when it is idle</>
  ) : (
    <>
      {formatPercent(eco.score)}{' '}
      <small>
        0.5 × idle ({formatPercent(eco.idle)}) + 0.5 × solar share ({formatPercent(eco.solarShare)})
      </small>
    </>
  )

const Attestation = ({ attestation, now }: Pick<NodeView, 'attestation'> & { readonly now: number }) =>
  attestation === null ? (
    <>None: nothing but its own word says where its key lives</>
  ) : (
    <>
      TPM 2.0, {attestation.verdict}: {attestation.reason} <Utc at={attestation.at} now={now} />
    </>
  )
