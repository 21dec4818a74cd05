import type { PayoutQuote } from '../../../shared/contract/payout.ts'
import { formatUsd, formatUsdExact } from '../../../shared/domain/money.ts'
import { formatCountdown, withMoments } from '../../lib/format.ts'
import { ASSET_WORD } from '../../lib/money-words.ts'
import { formatArriving, shortAddress } from '../../lib/payout-text.ts'
import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { SumSteps } from '../../ui/sum-steps.tsx'
import { useLink, useNow } from '../hooks.ts'
import type { usePayoutOrder } from '../money-queries.ts'
import { useTakenFocus } from '../use-taken-focus.ts'
import { ClaimSteps } from './claim-steps.tsx'
import css from './payouts.module.css'

interface ClaimReviewProps {
  readonly quote: PayoutQuote
  readonly order: ReturnType<typeof usePayoutOrder>
}

/** What a claim takes, costs and brings, before anything happens. */
export function ClaimReview({ quote, order }: ClaimReviewProps) {
  const left = Date.parse(quote.expiresAt) - useNow(1_000)
  const heading = useTakenFocus(order.status !== 'idle')
  return (
    <>
      <ClaimSteps reached={0} />
      <h3 ref={heading} tabIndex={-1}>
        Review your claim
      </h3>
      <QuoteSum quote={quote} />
      {left <= 0 ? (
        <Banner tone="honey" glyph="bang">
          <strong>This quote has expired.</strong> Nothing was claimed. Fees and rates may have changed, so ask for a new one.
        </Banner>
      ) : (
        <p className={css['small']}>
          It binds the coordinator for{' '}
          <span role="timer" className={css['timer']}>
            {formatCountdown(left)}
          </span>
          .
        </p>
      )}
      <Verbs quote={quote} order={order} expired={left <= 0} />
    </>
  )
}

function QuoteSum({ quote }: { quote: PayoutQuote }) {
  const now = useNow()
  return (
    <SumSteps
      steps={[
        { name: 'Taken from confirmed', note: null, amount: formatUsdExact(quote.microUsd) },
        { name: 'Network fee', note: 'at most; less if others share the transaction', amount: `− ${formatUsdExact(quote.feeMicroUsd)}` },
        ...(quote.rentMicroUsd === '0'
          ? []
          : [
              {
                name: 'Rent of your USDC account',
                note: 'once; Solana holds it as long as the account exists',
                amount: `− ${formatUsdExact(quote.rentMicroUsd)}`,
              },
            ]),
        { name: 'Rate', note: quote.asset === 'usdc' ? '1 USDC for each dollar' : withMoments(quote.rate, now), amount: '' },
        {
          name: `You receive in ${ASSET_WORD[quote.asset].name}`,
          note: `at ${shortAddress(quote.address)} on ${quote.cluster}`,
          amount: formatArriving(quote.asset, quote.amount),
          total: true,
        },
      ]}
    />
  )
}

function Verbs({ quote, order, expired }: ClaimReviewProps & { readonly expired: boolean }) {
  const offline = useLink().state !== 'open'
  const busy = order.isPending
  const label = `Claim ${formatUsd(quote.microUsd)}, pay ${formatArriving(quote.asset, quote.amount)} to ${shortAddress(quote.address)}`
  return (
    <div className={css['verbs']}>
      {expired ? (
        <Button look="primary" unavailable={busy} onClick={() => busy || order.mutate({ do: 'quote' })}>
          {busy ? 'Asking…' : 'Get a new quote'}
        </Button>
      ) : (
        <Button look="primary" unavailable={busy || offline} onClick={() => busy || offline || order.mutate({ do: 'claim', quoteId: quote.quoteId })}>
          {busy ? 'Confirming…' : label}
        </Button>
      )}
      <Button disabled={busy} onClick={() => order.mutate({ do: 'drop' })}>
        Back
      </Button>
    </div>
  )
}
