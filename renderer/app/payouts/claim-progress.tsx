import type { PayoutClaim } from '../../../shared/contract/payout.ts'
import { formatUsd } from '../../../shared/domain/money.ts'
import { t } from '../../../shared/i18n/translate.ts'
import { CLAIM_MEANS, reachedBy } from '../../lib/money-words.ts'
import { formatArriving, shortAddress } from '../../lib/payout-text.ts'
import { rich } from '../../lib/rich.tsx'
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
  const brings = { amount: formatArriving(quote.asset, amount ?? quote.amount), address: shortAddress(quote.address) }
  if (state === 'failed')
    return (
      <Banner tone="madder" glyph="cross">
        <strong>{t('The claim of {amount} failed.', { amount: formatUsd(quote.microUsd) })}</strong> {CLAIM_MEANS.failed} {t('You can claim it again.')}
      </Banner>
    )
  return (
    <>
      <ClaimSteps reached={reachedBy(state)} />
      <p>
        <strong>{state === 'finalized' ? t('{amount} paid to {address}.', brings) : t('{amount} on its way to {address}.', brings)}</strong>{' '}
        {CLAIM_MEANS[state]}
      </p>
      {signature === null ? null : (
        <p>
          <TransactionLink signature={signature} cluster={quote.cluster} />
        </p>
      )}
      <p className={css['small']}>
        {rich('Claimed {time}.', { time: <Moment at={claim.createdAt} now={now} /> })} <a href={hrefOf({ page: 'payout', payoutId })}>{t('See the payout')}</a>{' '}
        {state === 'finalized' ? null : t('You can close this window: it goes on without it.')}
      </p>
    </>
  )
}
