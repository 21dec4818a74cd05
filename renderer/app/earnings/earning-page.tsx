import type { EarningSum, MoneyView } from '../../../shared/contract/money.ts'
import { formatUsd, formatUsdExact } from '../../../shared/domain/money.ts'
import { t } from '../../../shared/i18n/translate.ts'
import { formatEnergy, formatAmount, formatMoment, formatSpan, shortId } from '../../lib/format.ts'
import { MONEY_WORD } from '../../lib/money-words.ts'
import { hrefOf } from '../../lib/router.ts'
import { Badge } from '../../ui/badge.tsx'
import { Banner } from '../../ui/banner.tsx'
import { Card } from '../../ui/card.tsx'
import { Facts } from '../../ui/facts.tsx'
import { Loaded, SkeletonLines } from '../../ui/loaded.tsx'
import { Page } from '../../ui/page.tsx'
import { Moment } from '../../ui/relative-time.tsx'
import { SumSteps } from '../../ui/sum-steps.tsx'
import { useNow } from '../hooks.ts'
import { useEarning, useMoney } from '../money-queries.ts'

const Back = () => <a href={hrefOf({ page: 'earnings' })}>{t('All earnings')}</a>

/** One earning: the sum that made it, and where its money is now. */
export function EarningPage({ earningId }: { earningId: string }) {
  const earning = useEarning(earningId)
  const { data: money } = useMoney()
  const title = earning.data ? titleOf(earning.data.earning) : t('An earning')
  return (
    <Page title={title} above={<Back />}>
      <Loaded query={earning} what={t('this earning')} skeleton={<SkeletonLines count={10} />}>
        {(sum) => (
          <>
            <Sum sum={sum} />
            <Whereabouts sum={sum} />
            <Behind sum={sum} tariff={money?.tariff ?? null} />
          </>
        )}
      </Loaded>
    </Page>
  )
}

const titleOf = ({ name, microUsd }: EarningSum['earning']): string =>
  name === null ? t('{amount} for a job', { amount: formatUsd(microUsd) }) : t('{amount} for {job}', { amount: formatUsd(microUsd), job: name })

function Sum({ sum: { earning, price, runs, sum, agrees } }: { sum: EarningSum }) {
  const verified = runs.reduce((total, { paidMs }) => total + paidMs, 0)
  if (!sum || !price)
    return (
      <Card title={t('How it came about')}>
        <Facts rows={{ [t('Booked by the coordinator')]: formatUsdExact(earning.microUsd) }} />
        <p>
          {price === null
            ? t('What price was agreed is no longer on this machine, so the sum cannot be done again here.')
            : t('The receipt with the signed proofs is not on this machine yet. The sum appears when it arrives.')}
        </p>
      </Card>
    )
  return (
    <Card title={t('How it came about')}>
      <SumSteps
        steps={[
          {
            name: t('Agreed price'),
            note: t('per hour of verified work, at most {amount} for the job', { amount: formatUsdExact(price.maxMicroUsd) }),
            amount: formatUsdExact(price.microUsdPerHour),
          },
          {
            name: t('Verified work'),
            note: t('{count, plural, one {one run, by its signed proof} other {# runs, by their signed proofs}}', { count: runs.length }),
            amount: formatSpan(verified),
          },
          {
            name: t('Price of the work'),
            note:
              sum.priceMicroUsd === price.maxMicroUsd
                ? t('price × verified work would be more: the agreed most')
                : t('price × verified work, whole millionths, rounded down'),
            amount: formatUsdExact(sum.priceMicroUsd),
          },
          { name: t('Platform, 15%'), note: t('rounded down in your favour'), amount: `− ${formatUsdExact(sum.platformMicroUsd)}` },
          { name: t('Yours, 85%'), note: null, amount: formatUsdExact(sum.nodeMicroUsd), total: true },
        ]}
      />
      {agrees ? (
        <Banner tone="leaf" glyph="check">
          {t('The coordinator booked the same, to the last millionth of a dollar.')}
        </Banner>
      ) : (
        <Banner tone="honey" glyph="bang">
          <strong>{t('The coordinator booked {amount}.', { amount: formatUsdExact(earning.microUsd) })}</strong>{' '}
          {t(
            'A job that also ran on other machines shares its price with them by the order of its runs, which this machine does not know. If it ran here alone, ask the operator, and keep the receipt.',
          )}
        </Banner>
      )}
    </Card>
  )
}

function Whereabouts({ sum: { earning } }: { sum: EarningSum }) {
  return (
    <Card title={t('Where it is now')}>
      <SumSteps
        steps={earning.parts.map(({ state, microUsd, payoutId }) => ({
          name: <Badge state={MONEY_WORD[state]} />,
          note: (
            <>
              {MONEY_WORD[state].short}{' '}
              {payoutId === null ? null : <a href={hrefOf({ page: 'payout', payoutId })}>{t('in payout {id}', { id: shortId(payoutId) })}</a>}
            </>
          ),
          amount: formatUsdExact(microUsd),
        }))}
      />
    </Card>
  )
}

function Behind({ sum: { earning, runs, electricity }, tariff }: { sum: EarningSum; tariff: MoneyView['tariff'] }) {
  const now = useNow()
  return (
    <Card title={t('What is behind it')}>
      <Facts
        rows={{
          [t('Booked')]: <Moment at={earning.at} now={now} />,
          [t('Job')]: <a href={hrefOf({ page: 'job', id: earning.jobId })}>{earning.name ?? shortId(earning.jobId)}</a>,
          [t('Receipt')]: <a href={hrefOf({ page: 'receipt', receiptId: earning.receiptId })}>{t('Open and check the receipt')}</a>,
          ...Object.fromEntries(
            runs.map(({ startedAt, endedAt, paidMs }, index) => [
              runs.length === 1 ? t('Run') : t('Run {number}', { number: index + 1 }),
              t('{from} to {to}, {span} paid for', { from: formatMoment(startedAt, now), to: formatMoment(endedAt, now), span: formatSpan(paidMs) }),
            ]),
          ),
          [t('Electricity')]: electricity === null ? t('Not metered on this machine') : electricityText(electricity, tariff),
        }}
      />
    </Card>
  )
}

function electricityText({ joules, costMinor, estimated }: NonNullable<EarningSum['electricity']>, tariff: MoneyView['tariff']): string {
  const energy = `${estimated ? '≈ ' : ''}${formatEnergy(joules)}`
  if (tariff === null) return t('{energy}; what it cost is unknown, because your tariff is not set', { energy })
  if (costMinor === null) return t('{energy}; what it cost is unknown, because the price of that time is', { energy })
  return t('{energy} for {cost}, at your present tariff', { energy, cost: `${estimated ? '≈ ' : ''}${formatAmount(costMinor, tariff.tariff.currency)}` })
}
