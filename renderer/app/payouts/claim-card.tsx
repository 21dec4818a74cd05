import type { ReactNode } from 'react'
import type { PayoutClaims } from '../../../shared/contract/agent-money.ts'
import type { PayoutClaim, PayoutTerms } from '../../../shared/contract/payout.ts'
import { formatUsd } from '../../../shared/domain/money.ts'
import { t } from '../../../shared/i18n/translate.ts'
import { formatAt } from '../../lib/format.ts'
import { shortAddress } from '../../lib/payout-text.ts'
import { rich } from '../../lib/rich.tsx'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { ErrorText } from '../../ui/error-text.tsx'
import { Foreign } from '../../ui/foreign.tsx'
import { Loaded, SkeletonLines } from '../../ui/loaded.tsx'
import prose from '../../ui/prose.module.css'
import { useNow } from '../hooks.ts'
import { useClaims, usePayoutOrder, useTerms, useWallet } from '../money-queries.ts'
import { AssetChoice } from './asset-choice.tsx'
import { ClaimProgress } from './claim-progress.tsx'
import { ClaimReview } from './claim-review.tsx'
import css from './payouts.module.css'

/** The way from confirmed to paid. Where a claim stands, the coordinator knows; this only shows it, whenever it is opened. */
export function ClaimCard() {
  const terms = useTerms()
  const claims = useClaims()
  return (
    <Card title={t('Claim')}>
      <Loaded query={terms} what={t('how you are paid')} skeleton={<SkeletonLines count={4} />}>
        {(how) => (
          <Loaded query={claims} what={t('your claims')} skeleton={<SkeletonLines count={4} />}>
            {(known) => <Claim terms={how} known={known} />}
          </Loaded>
        )}
      </Loaded>
    </Card>
  )
}

/** How a claim ended is news for a day; then the history has it. */
const isRecent = ({ updatedAt }: PayoutClaim, now: number): boolean => now - Date.parse(updatedAt) < 86_400_000

function Claim({ terms, known: { claims, quote } }: { terms: PayoutTerms; known: PayoutClaims }) {
  const order = usePayoutOrder()
  const now = useNow()
  const [newest] = claims
  const underWay = newest && newest.state !== 'finalized' && newest.state !== 'failed' ? newest : null
  return (
    <div className={css['claim']}>
      {quote || (!underWay && terms.address !== null) ? <WaitingChange paid={quote?.address ?? terms.address ?? ''} /> : null}
      {quote ? <ClaimReview key={quote.quoteId} quote={quote} order={order} /> : null}
      {!quote && underWay ? <ClaimProgress claim={underWay} /> : null}
      {!quote && !underWay && newest && isRecent(newest, now) ? <ClaimProgress claim={newest} /> : null}
      {quote || underWay ? null : <Ready terms={terms} order={order} />}
      {order.error && order.variables.do !== 'terms' ? (
        <p className={prose['refused']} role="alert">
          {refusal(order.variables.do === 'claim', <ErrorText error={order.error} />)}
        </p>
      ) : null}
      {quote || underWay ? null : <AssetChoice terms={terms} order={order} />}
    </div>
  )
}

const refusal = (claiming: boolean, reason: ReactNode): ReactNode =>
  claiming
    ? rich('The claim was not confirmed to this window: {reason} Nothing is lost, and asking again cannot pay twice.', { reason })
    : rich('There is no quote: {reason} Nothing is lost, and asking again cannot pay twice.', { reason })

/** While another address waits to take over, which of the two is paid. */
function WaitingChange({ paid }: { paid: string }) {
  const now = useNow()
  const pending = useWallet().data?.pending ?? null
  return pending === null ? null : (
    <p className={css['small']}>
      {t('A claim goes to {present}, the present address. {next} takes over only {time}.', {
        present: shortAddress(paid),
        next: shortAddress(pending.address),
        time: formatAt(pending.effectiveAt, now),
      })}
    </p>
  )
}

const claimLabel = ({ confirmedMicroUsd }: PayoutTerms): string =>
  BigInt(confirmedMicroUsd) > 0n ? t('Claim {amount}', { amount: formatUsd(confirmedMicroUsd) }) : t('Claim')

/** Why nothing can be claimed now, and what to do; `null` if it can. */
function obstacleOf({ address, paused, confirmedMicroUsd }: PayoutTerms): ReactNode {
  if (address === null) return t('No payout address is set. Link a wallet or paste an address below.')
  if (paused !== null) return rich('Payouts are paused: {reason} Your money waits and never expires.', { reason: <Foreign>{paused}</Foreign> })
  return BigInt(confirmedMicroUsd) <= 0n ? t('Nothing is waiting for a claim.') : null
}

function withoutClaim({ automatic, minimumMicroUsd, leastMicroUsd }: PayoutTerms): string {
  if (!automatic) return t('It is paid only when you claim it.')
  const from = minimumMicroUsd ?? leastMicroUsd
  return BigInt(from) > 0n
    ? t('Without a claim it is paid by itself from {amount} on.', { amount: formatUsd(from) })
    : t('Without a claim it is paid by itself.')
}

interface ReadyProps {
  readonly terms: PayoutTerms
  readonly order: ReturnType<typeof usePayoutOrder>
}

function Ready({ terms, order }: ReadyProps) {
  const obstacle = obstacleOf(terms)
  const asking = order.isPending && order.variables.do === 'quote'
  return (
    <>
      <p className={css['verbs']}>
        <Button
          look="primary"
          unavailable={obstacle !== null || asking}
          aria-describedby="claim-note"
          onClick={() => obstacle === null && !asking && order.mutate({ do: 'quote' })}
        >
          {asking ? t('Asking what it costs…') : claimLabel(terms)}
        </Button>
        {terms.address === null ? null : <span className={css['small']}>{t('to {address}', { address: shortAddress(terms.address) })}</span>}
      </p>
      <p id="claim-note" className={css['small']}>
        {obstacle ?? t('You see the fee and what arrives before you confirm. Any amount above the fee can be claimed.')} {withoutClaim(terms)}
      </p>
    </>
  )
}
