import type { PayoutClaims } from '../../../shared/contract/agent-money.ts'
import type { PayoutClaim, PayoutTerms } from '../../../shared/contract/payout.ts'
import { formatUsd } from '../../../shared/domain/money.ts'
import { messageOf } from '../../../shared/errors.ts'
import { formatAt } from '../../lib/format.ts'
import { claimObstacle } from '../../lib/money-words.ts'
import { shortAddress } from '../../lib/payout-text.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
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
    <Card title="Claim">
      <Loaded query={terms} what="how you are paid" skeleton={<SkeletonLines count={4} />}>
        {(how) => (
          <Loaded query={claims} what="your claims" skeleton={<SkeletonLines count={4} />}>
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
          {order.variables.do === 'claim' ? 'The claim was not confirmed to this window' : 'There is no quote'}: {messageOf(order.error)} Nothing is lost, and
          asking again cannot pay twice.
        </p>
      ) : null}
      {quote || underWay ? null : <AssetChoice terms={terms} order={order} />}
    </div>
  )
}

/** While another address waits to take over, which of the two is paid. */
function WaitingChange({ paid }: { paid: string }) {
  const now = useNow()
  const pending = useWallet().data?.pending ?? null
  return pending === null ? null : (
    <p className={css['small']}>
      A claim goes to {shortAddress(paid)}, the present address. {shortAddress(pending.address)} takes over only {formatAt(pending.effectiveAt, now)}.
    </p>
  )
}

const claimLabel = ({ confirmedMicroUsd }: PayoutTerms): string => (BigInt(confirmedMicroUsd) > 0n ? `Claim ${formatUsd(confirmedMicroUsd)}` : 'Claim')

function withoutClaim({ automatic, minimumMicroUsd, leastMicroUsd }: PayoutTerms): string {
  if (!automatic) return 'It is paid only when you claim it.'
  const from = minimumMicroUsd ?? leastMicroUsd
  return BigInt(from) > 0n ? `Without a claim it is paid by itself from ${formatUsd(from)} on.` : 'Without a claim it is paid by itself.'
}

interface ReadyProps {
  readonly terms: PayoutTerms
  readonly order: ReturnType<typeof usePayoutOrder>
}

function Ready({ terms, order }: ReadyProps) {
  const obstacle = claimObstacle(terms)
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
          {asking ? 'Asking what it costs…' : claimLabel(terms)}
        </Button>
        {terms.address === null ? null : <span className={css['small']}>to {shortAddress(terms.address)}</span>}
      </p>
      <p id="claim-note" className={css['small']}>
        {obstacle ?? 'You see the fee and what arrives before you confirm. Any amount above the fee can be claimed.'} {withoutClaim(terms)}
      </p>
    </>
  )
}
