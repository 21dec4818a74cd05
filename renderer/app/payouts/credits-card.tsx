import type { NodeBalances } from '../../../shared/contract/ledger.ts'
import { formatCredits } from '../../lib/credits.ts'
import { Card } from '../../ui/card.tsx'
import { Facts } from '../../ui/facts.tsx'
import { useBalances } from '../money-queries.ts'
import css from './payouts.module.css'

/** Carbon credits are no money until they are redeemed, so they stand apart from it. */
export function CreditsCard() {
  const { data } = useBalances()
  return data && !isEmpty(data.credits) ? <Credits balances={data} /> : null
}

const isEmpty = ({ pending, verified, redeemed }: NodeBalances['credits']): boolean => [pending, verified, redeemed].every((amount) => amount === '0')

const Credits = ({ balances: { credits, creditRate } }: { balances: NodeBalances }) => (
  <Card title="Carbon credits, apart from money">
    <Facts
      rows={{
        Pending: (
          <>
            {formatCredits(credits.pending)} <small>of savings that are still being verified</small>
          </>
        ),
        Verified: (
          <>
            {formatCredits(credits.verified)} <small>yours; it becomes money when it is redeemed</small>
          </>
        ),
        Redeemed: (
          <>
            {formatCredits(credits.redeemed)} <small>turned into confirmed money</small>
          </>
        ),
      }}
    />
    <p className={css['small']}>
      €0.025 for each kilogram of CO₂e saved, 70 % yours and 30 % the community fund’s.{' '}
      {creditRate === null ? 'The operator has set no rate at which they are redeemed yet.' : `Redeemed at a rate from ${creditRate.source}.`}
    </p>
  </Card>
)
