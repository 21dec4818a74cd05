import type { Expected, MoneyView } from '../../../shared/contract/money.ts'
import { formatUsd } from '../../../shared/domain/money.ts'
import { formatAmount } from '../../lib/format.ts'
import { formatRange } from '../../lib/net.ts'
import { Card } from '../../ui/card.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Explain } from '../../ui/explain.tsx'
import css from './earnings.module.css'

const HOW =
  'A range that should hold four times in five if the days to come are like your newest ones: their average and how far they differ, nothing else. It knows nothing of new jobs, prices or holidays.'

const usd = (micro: number): string => formatUsd(String(Math.round(micro)))

/** What the days ahead may bring, as ranges, with how the last one turned out. */
export function OutlookCard({ money: { outlook, tariff } }: { money: MoneyView }) {
  const { gross, net, knownDays, neededDays, fromDays } = outlook
  if (gross === null)
    return (
      <Card title="What to expect">
        <EmptyState title={`Too little is known to say: ${knownDays} of ${neededDays} whole days.`}>
          A range appears here once a week of your own days is known. Until then any figure would be made up.
        </EmptyState>
      </Card>
    )
  const currency = tariff?.tariff.currency ?? 'USD'
  return (
    <Card title="What to expect">
      <div className={css['outlook']}>
        <Ranges what="Confirmed pay" expected={gross} format={usd} />
        {net === null ? (
          <p className={css['obstacle']}>After electricity: unknown, because the net of some of these days is.</p>
        ) : (
          <Ranges what="After electricity" expected={net} format={(minor) => formatAmount(Math.round(minor), currency)} />
        )}
        <p className={css['small']}>
          Estimates from your last {fromDays} whole days. <Explain how={HOW}>How is this worked out?</Explain>
        </p>
      </div>
    </Card>
  )
}

interface RangesProps {
  readonly what: string
  readonly expected: Expected
  readonly format: (value: number) => string
}

const Ranges = ({ what, expected: { day, week, lastWeek, record }, format }: RangesProps) => (
  <div>
    <h3>{what}</h3>
    <p className={css['range']}>
      ≈ {formatRange(week, format)} <small>in the next 7 days</small>
    </p>
    <p className={css['small']}>≈ {formatRange(day, format)} in one day.</p>
    {lastWeek === null ? (
      <p className={css['small']}>How good that is, shows once a second week is known.</p>
    ) : (
      <p className={css['small']}>
        Last week it said {formatRange(lastWeek, format)}; it was <strong>{format(lastWeek.was)}</strong>, {missText(lastWeek, format)}. It held in{' '}
        {record.held} of the last {record.weeks === 1 ? 'week' : `${record.weeks} weeks`}.
      </p>
    )}
  </div>
)

function missText({ low, high, was }: NonNullable<Expected['lastWeek']>, format: (value: number) => string): string {
  if (was < low) return `${format(low - was)} below it`
  return was > high ? `${format(was - high)} above it` : 'inside it'
}
