import type { PayoutQuote } from '../../../shared/contract/payout.ts'
import { formatUsd, formatUsdExact } from '../../../shared/domain/money.ts'
import { t } from '../../../shared/i18n/translate.ts'
import { formatCountdown } from '../../lib/format.ts'
import { ASSET_WORD } from '../../lib/money-words.ts'
import { formatArriving, shortAddress } from '../../lib/payout-text.ts'
import { rich } from '../../lib/rich.tsx'
import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { SumSteps } from '../../ui/sum-steps.tsx'
import { useLink, useNow } from '../hooks.ts'
import type { usePayoutOrder } from '../money-queries.ts'
import { useTakenFocus } from '../use-taken-focus.ts'
import { ClaimSteps } from './claim-steps.tsx'
import css from './payouts.module.css'
import { RateText } from './rate-text.tsx'

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
        {t('Review your claim')}
      </h3>
      <QuoteSum quote={quote} />
      {left <= 0 ? (
        <Banner tone="honey" glyph="bang">
          <strong>{t('This quote has expired.')}</strong> {t('Nothing was claimed. Fees and rates may have changed, so ask for a new one.')}
        </Banner>
      ) : (
        <p className={css['small']}>
          {rich('It binds the coordinator for {time}.', {
            time: (
              <span role="timer" className={css['timer']}>
                {formatCountdown(left)}
              </span>
            ),
          })}
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
        { name: t('Taken from confirmed'), note: null, amount: formatUsdExact(quote.microUsd) },
        { name: t('Network fee'), note: t('at most; less if others share the transaction'), amount: `− ${formatUsdExact(quote.feeMicroUsd)}` },
        ...(quote.rentMicroUsd === '0'
          ? []
          : [
              {
                name: t('Rent of your USDC account'),
                note: t('once; Solana holds it as long as the account exists'),
                amount: `− ${formatUsdExact(quote.rentMicroUsd)}`,
              },
            ]),
        { name: t('Rate'), note: null, amount: quote.asset === 'usdc' ? t('1 USDC for each dollar') : <RateText rate={quote.rate} now={now} />, words: true },
        {
          name: t('You receive in {asset}', { asset: ASSET_WORD[quote.asset].name }),
          note: t('at {address} on {cluster}', { address: shortAddress(quote.address), cluster: quote.cluster }),
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
  const label = t('Claim {amount}, pay {arriving} to {address}', {
    amount: formatUsd(quote.microUsd),
    arriving: formatArriving(quote.asset, quote.amount),
    address: shortAddress(quote.address),
  })
  return (
    <div className={css['verbs']}>
      {expired ? (
        <Button look="primary" unavailable={busy} onClick={() => busy || order.mutate({ do: 'quote' })}>
          {busy ? t('Asking…') : t('Get a new quote')}
        </Button>
      ) : (
        <Button look="primary" unavailable={busy || offline} onClick={() => busy || offline || order.mutate({ do: 'claim', quoteId: quote.quoteId })}>
          {busy ? t('Confirming…') : label}
        </Button>
      )}
      <Button disabled={busy} onClick={() => order.mutate({ do: 'drop' })}>
        {t('Back')}
      </Button>
    </div>
  )
}
