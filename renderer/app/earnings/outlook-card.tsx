import type { ReactNode } from 'react'
import type { Expected, MoneyView } from '../../../shared/contract/money.ts'
import { formatUsd } from '../../../shared/domain/money.ts'
import { t } from '../../../shared/i18n/translate.ts'
import { formatAmount } from '../../lib/format.ts'
import { formatRange } from '../../lib/net.ts'
import { rich } from '../../lib/rich.tsx'
import { Card } from '../../ui/card.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Explain } from '../../ui/explain.tsx'
import css from './earnings.module.css'

const HOW = t(
  'A range that should hold four times in five if the days to come are like your newest ones: their average and how far they differ, nothing else. It knows nothing of new jobs, prices or holidays.',
)

const usd = (micro: number): string => formatUsd(String(Math.round(micro)))

/** What the days ahead may bring, as ranges, with how the last one turned out. */
export function OutlookCard({ money: { outlook, tariff } }: { money: MoneyView }) {
  const { gross, net, knownDays, neededDays, fromDays } = outlook
  if (gross === null)
    return (
      <Card title={t('What to expect')}>
        <EmptyState title={t('Too little is known to say: {known} of {needed} whole days.', { known: knownDays, needed: neededDays })}>
          {t('A range appears here once a week of your own days is known. Until then any figure would be made up.')}
        </EmptyState>
      </Card>
    )
  const currency = tariff?.tariff.currency ?? 'USD'
  return (
    <Card title={t('What to expect')}>
      <div className={css['outlook']}>
        <Ranges what={t('Confirmed pay')} expected={gross} format={usd} />
        {net === null ? (
          <p className={css['obstacle']}>{t('After electricity: unknown, because the net of some of these days is.')}</p>
        ) : (
          <Ranges what={t('After electricity')} expected={net} format={(minor) => formatAmount(Math.round(minor), currency)} />
        )}
        <p className={css['small']}>
          {t('Estimates from your last {days, plural, one {whole day} other {# whole days}}.', { days: fromDays })}{' '}
          <Explain how={HOW}>{t('How is this worked out?')}</Explain>
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
      ≈ {formatRange(week, format)} <small>{t('in the next 7 days')}</small>
    </p>
    <p className={css['small']}>{t('≈ {range} in one day.', { range: formatRange(day, format) })}</p>
    {lastWeek === null ? (
      <p className={css['small']}>{t('How good that is, shows once a second week is known.')}</p>
    ) : (
      <p className={css['small']}>
        {hindsight(lastWeek, format)}{' '}
        {t('It held in {held} of the last {weeks, plural, one {week} other {# weeks}}.', { held: record.held, weeks: record.weeks })}
      </p>
    )}
  </div>
)

/** What last week's range was worth. */
function hindsight(lastWeek: NonNullable<Expected['lastWeek']>, format: (value: number) => string): ReactNode {
  const { low, high, was } = lastWeek
  const said = { range: formatRange(lastWeek, format), was: <strong>{format(was)}</strong> }
  if (was < low) return rich('Last week it said {range}; it was {was}, {difference} below it.', { ...said, difference: format(low - was) })
  if (was > high) return rich('Last week it said {range}; it was {was}, {difference} above it.', { ...said, difference: format(was - high) })
  return rich('Last week it said {range}; it was {was}, inside it.', said)
}
