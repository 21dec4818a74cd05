import type { NodeBalances } from '../../../shared/contract/ledger.ts'
import { formatUsd } from '../../../shared/domain/money.ts'
import { t } from '../../../shared/i18n/translate.ts'
import { formatCredits } from '../../lib/credits.ts'
import { rich } from '../../lib/rich.tsx'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { Facts } from '../../ui/facts.tsx'
import { ErrorText } from '../../ui/error-text.tsx'
import { Foreign } from '../../ui/foreign.tsx'
import prose from '../../ui/prose.module.css'
import { useBalances, useRedemption } from '../money-queries.ts'
import css from './payouts.module.css'

/** Carbon credits are no money until they are redeemed, so they stand apart from it. */
export function CreditsCard() {
  const { data } = useBalances()
  return data && !isEmpty(data.credits) ? <Credits balances={data} /> : null
}

const isEmpty = ({ pending, verified, redeemed }: NodeBalances['credits']): boolean => [pending, verified, redeemed].every((amount) => amount === '0')

/** What they are redeemed for, micro-USD, rounded down as in the books. */
const worthOf = (microEur: string, microUsdPerEur: string): string => String((BigInt(microEur) * BigInt(microUsdPerEur)) / 1_000_000n)

function Redeem({ credits, microUsdPerEur }: { credits: NodeBalances['credits']; microUsdPerEur: string }) {
  const order = useRedemption()
  const worth = worthOf(credits.verified, microUsdPerEur)
  return (
    <div className={css['redeem']}>
      {worth === '0' ? null : (
        <Button disabled={order.isPending} onClick={() => order.mutate(credits)}>
          {order.isPending ? t('Redeeming…') : t('Redeem {credits} for {amount}', { credits: formatCredits(credits.verified), amount: formatUsd(worth) })}
        </Button>
      )}
      {order.isSuccess ? (
        <output className={css['small']}>
          {t('{credits} redeemed. What it came to is confirmed, and is paid out with the rest.', { credits: formatCredits(order.variables.verified) })}
        </output>
      ) : null}
      {order.error ? (
        <p className={prose['refused']} role="alert">
          {rich('It was not confirmed to this window: {reason} Asking again cannot redeem twice.', { reason: <ErrorText error={order.error} /> })}
        </p>
      ) : null}
    </div>
  )
}

const Credits = ({ balances: { credits, creditRate } }: { balances: NodeBalances }) => (
  <Card title={t('Carbon credits, apart from money')}>
    <Facts
      rows={{
        [t('Pending')]: (
          <>
            {formatCredits(credits.pending)} <small>{t('of savings that are still being verified')}</small>
          </>
        ),
        [t('Verified')]: (
          <>
            {formatCredits(credits.verified)} <small>{t('yours; it becomes money when it is redeemed')}</small>
          </>
        ),
        [t('Redeemed')]: (
          <>
            {formatCredits(credits.redeemed)} <small>{t('turned into confirmed money')}</small>
          </>
        ),
      }}
    />
    <p className={css['small']}>
      {t('€0.025 for each kilogram of CO₂e saved, 70% yours and 30% the community fund’s.')}{' '}
      {creditRate === null
        ? t('The operator has set no rate at which they are redeemed yet. They do not expire.')
        : rich('Redeemed at €1 = {amount}, {source}, out of what the platform has earned.', {
            amount: formatUsd(creditRate.microUsdPerEur),
            source: <Foreign>{creditRate.source}</Foreign>,
          })}
    </p>
    {creditRate === null ? null : <Redeem credits={credits} microUsdPerEur={creditRate.microUsdPerEur} />}
  </Card>
)
