import { useState } from 'react'
import type { MonthEstimate } from '../../../shared/contract/first-run.ts'
import { t } from '../../../shared/i18n/translate.ts'
import { formatAmount, formatEnergy, formatWatts } from '../../lib/format.ts'
import { formatRange } from '../../lib/net.ts'
import { Button } from '../../ui/button.tsx'
import { Choices } from '../../ui/choices.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Loaded, SkeletonLines } from '../../ui/loaded.tsx'
import prose from '../../ui/prose.module.css'
import css from './onboarding.module.css'
import { useMonth } from './setup-queries.ts'
import { StepFrame, type StepProps } from './step-frame.tsx'

const HOURS = [2, 4, 8, 12, 24].map((value) => ({ value, label: t('{hours} h a day', { hours: value }) }))
const JOULES_PER_KWH = 3_600_000

/** What a month may leave, as a range with its basis. Where nothing is known, nothing is promised. */
export function EstimateStep({ moved, closed, go }: StepProps) {
  const [hours, setHours] = useState(4)
  const month = useMonth(hours)
  return (
    <StepFrame
      title={t('Estimate')}
      moved={moved}
      verbs={
        <>
          <Button look="primary" disabled={closed} onClick={() => go('consent')}>
            {t('Next: Consent')}
          </Button>
          <Button look="quiet" disabled={closed} onClick={() => go('power')}>
            {t('Back')}
          </Button>
        </>
      }
    >
      <Choices name="hours" label={t('Hours of work a day')} options={HOURS} chosen={hours} choose={setHours} />
      <Loaded query={month} what={t('the estimate')} skeleton={<SkeletonLines count={4} />}>
        {(data) => (
          <div aria-live="polite" className={css['estimate']}>
            <Net month={data} />
            <Electricity month={data} />
          </div>
        )}
      </Loaded>
      <p className={prose['small']}>
        {t('How much work there is, nobody can promise: a month could bring nothing. Windfall costs nothing but the electricity of the jobs it runs.')}
      </p>
    </StepFrame>
  )
}

/** `$0`. */
const nothingIn = (currency: string): string => formatAmount(0, currency).replace(/[.,]00/, '')
const money = (currency: string) => (minor: number) => formatAmount(Math.round(minor), currency)

function Net({ month: { net, currency, hoursPerDay } }: { month: MonthEstimate }) {
  if (net === null)
    return (
      <EmptyState title={t('There is no estimate of your earnings yet.')}>
        {t('It takes a week of this computer’s own days and the price of your power. Until then any figure would be made up.')}
      </EmptyState>
    )
  return (
    <div>
      <p className={css['range']}>
        ≈ {formatRange(net, money(currency))}{' '}
        <small>{t('a month after electricity at {hours} h a day — could be {nothing}', { hours: hoursPerDay, nothing: nothingIn(currency) })}</small>
      </p>
      <p className={prose['small']}>
        {t(
          'From your last {days, plural, one {whole day} other {# whole days}} on this computer, with about {hours, number} h of work each. It should hold four times in five if the days to come are like those.',
          {
            days: net.days,
            hours: Math.round(net.hours * 10) / 10,
          },
        )}
      </p>
    </div>
  )
}

function Electricity({ month: { electricity, currency, hoursPerDay } }: { month: MonthEstimate }) {
  if (electricity === null)
    return <p className={prose['small']}>{t('What the electricity would cost is not known: no device here tells the most it draws.')}</p>
  const { lowWatts, highWatts, lowKWh, highKWh, cost } = electricity
  const energy = formatRange({ low: lowKWh, high: highKWh }, (kWh) => formatEnergy(kWh * JOULES_PER_KWH))
  const watts = formatRange({ low: lowWatts, high: highWatts }, formatWatts)
  return (
    <p>
      {t('Electricity: {energy} a month at {hours} h a day, between rest and the most your devices draw or may ({watts}).', {
        energy,
        hours: hoursPerDay,
        watts,
      })}{' '}
      {cost === null
        ? t('Set your tariff in the step before to see what that costs.')
        : t('At your price that is {cost}; it is part of what pay has to cover.', { cost: formatRange(cost, money(currency)) })}
    </p>
  )
}
