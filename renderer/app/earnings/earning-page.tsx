import type { EarningSum, MoneyView } from '../../../shared/contract/money.ts'
import { formatUsd, formatUsdExact } from '../../../shared/domain/money.ts'
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

const Back = () => <a href={hrefOf({ page: 'earnings' })}>All earnings</a>

/** One earning: the sum that made it, and where its money is now. */
export function EarningPage({ earningId }: { earningId: string }) {
  const earning = useEarning(earningId)
  const { data: money } = useMoney()
  const title = earning.data ? `${formatUsd(earning.data.earning.microUsd)} for ${earning.data.earning.name ?? 'a job'}` : 'Earning'
  return (
    <Page title={title} above={<Back />}>
      <Loaded query={earning} what="this earning" skeleton={<SkeletonLines count={10} />}>
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

function Sum({ sum: { earning, price, runs, sum, agrees } }: { sum: EarningSum }) {
  const verified = runs.reduce((total, { paidMs }) => total + paidMs, 0)
  if (!sum || !price)
    return (
      <Card title="How it came about">
        <Facts rows={{ 'Booked by the coordinator': formatUsdExact(earning.microUsd) }} />
        <p>
          {price === null
            ? 'What price was agreed is no longer on this machine, so the sum cannot be done again here.'
            : 'The receipt with the signed proofs is not on this machine yet. The sum appears when it arrives.'}
        </p>
      </Card>
    )
  return (
    <Card title="How it came about">
      <SumSteps
        steps={[
          {
            name: 'Agreed price',
            note: `per hour of verified work, at most ${formatUsdExact(price.maxMicroUsd)} for the job`,
            amount: formatUsdExact(price.microUsdPerHour),
          },
          {
            name: 'Verified work',
            note: runs.length === 1 ? 'one run, by its signed proof' : `${runs.length} runs, by their signed proofs`,
            amount: formatSpan(verified),
          },
          {
            name: 'Price of the work',
            note:
              sum.priceMicroUsd === price.maxMicroUsd
                ? 'price × verified work would be more: the agreed most'
                : 'price × verified work, whole millionths, rounded down',
            amount: formatUsdExact(sum.priceMicroUsd),
          },
          { name: 'Platform, 15 %', note: 'rounded down in your favour', amount: `− ${formatUsdExact(sum.platformMicroUsd)}` },
          { name: 'Yours, 85 %', note: null, amount: formatUsdExact(sum.nodeMicroUsd), total: true },
        ]}
      />
      {agrees ? (
        <Banner tone="leaf" glyph="check">
          The coordinator booked the same, to the last millionth of a dollar.
        </Banner>
      ) : (
        <Banner tone="honey" glyph="bang">
          <strong>The coordinator booked {formatUsdExact(earning.microUsd)}.</strong> A job that also ran on other machines shares its price with them by the
          order of its runs, which this machine does not know. If it ran here alone, ask the operator, and keep the receipt.
        </Banner>
      )}
    </Card>
  )
}

function Whereabouts({ sum: { earning } }: { sum: EarningSum }) {
  return (
    <Card title="Where it is now">
      <SumSteps
        steps={earning.parts.map(({ state, microUsd, payoutId }) => ({
          name: <Badge state={MONEY_WORD[state]} />,
          note: (
            <>
              {MONEY_WORD[state].short} {payoutId === null ? null : <a href={hrefOf({ page: 'payout', payoutId })}>in payout {shortId(payoutId)}</a>}
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
    <Card title="What is behind it">
      <Facts
        rows={{
          Booked: <Moment at={earning.at} now={now} />,
          Job: <a href={hrefOf({ page: 'job', id: earning.jobId })}>{earning.name ?? shortId(earning.jobId)}</a>,
          Receipt: <a href={hrefOf({ page: 'receipt', receiptId: earning.receiptId })}>Open and check the receipt</a>,
          ...Object.fromEntries(
            runs.map(({ startedAt, endedAt, paidMs }, index) => [
              runs.length === 1 ? 'Run' : `Run ${index + 1}`,
              `${formatMoment(startedAt, now)} to ${formatMoment(endedAt, now)}, ${formatSpan(paidMs)} paid for`,
            ]),
          ),
          Electricity: electricity === null ? 'Not metered on this machine' : electricityText(electricity, tariff),
        }}
      />
    </Card>
  )
}

function electricityText({ joules, costMinor, estimated }: NonNullable<EarningSum['electricity']>, tariff: MoneyView['tariff']): string {
  const energy = `${estimated ? '≈ ' : ''}${formatEnergy(joules)}`
  if (tariff === null) return `${energy}; what it cost is unknown, because your tariff is not set`
  if (costMinor === null) return `${energy}; what it cost is unknown, because the price of that time is`
  return `${energy} for ${estimated ? '≈ ' : ''}${formatAmount(costMinor, tariff.tariff.currency)}, at your present tariff`
}
