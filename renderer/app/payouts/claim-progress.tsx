import type { PayoutClaim } from '../../../shared/contract/payout.ts'
import { formatUsd } from '../../../shared/domain/money.ts'
import { CLAIM_MEANS, reachedBy } from '../../lib/money-words.ts'
import { formatArriving, shortAddress } from '../../lib/payout-text.ts'
import { hrefOf } from '../../lib/router.ts'
import { Banner } from '../../ui/banner.tsx'
import { Moment } from '../../ui/relative-time.tsx'
import { useNow } from '../hooks.ts'
import { ClaimSteps } from './claim-steps.tsx'
import css from './payouts.module.css'
import { TransactionLink } from './transaction-link.tsx'

/** What has become of a claim. It goes on without this window. */
export function ClaimProgress({ claim }: { claim: PayoutClaim }) {
  const { state, quote, signature, payoutId, amount } = claim
  const now = useNow()
  const brings = formatArriving(quote.asset, amount ?? quote.amount)
  if (state === 'failed')
    return (
      <Banner tone="madder" glyph="cross">
        <strong>The claim of {formatUsd(quote.microUsd)} failed.</strong> {CLAIM_MEANS.failed} You can claim it again.
      </Banner>
    )
  return (
    <>
      <ClaimSteps reached={reachedBy(state)} />
      <p>
        <strong>
          {brings} {state === 'finalized' ? 'paid to' : 'on its way to'} {shortAddress(quote.address)}.
        </strong>{' '}
        {CLAIM_MEANS[state]}
      </p>
      {signature === null ? null : (
        <p>
          <TransactionLink signature={signature} cluster={quote.cluster} />
        </p>
      )}
      <p className={css['small']}>
        Claimed <Moment at={claim.createdAt} now={now} />. <a href={hrefOf({ page: 'payout', payoutId })}>See the payout</a>
        {state === 'finalized' ? null : ' You can close this window: it goes on without it.'}
      </p>
    </>
  )
}
