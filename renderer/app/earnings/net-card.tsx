import { useState } from 'react'
import type { MoneyDay, MoneyView } from '../../../shared/contract/money.ts'
import { formatUsd } from '../../../shared/domain/money.ts'
import { t } from '../../../shared/i18n/translate.ts'
import { formatDay, formatEnergy, formatAmount } from '../../lib/format.ts'
import { type Period, netObstacle, periodOf, rateWords, tariffWords } from '../../lib/net.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { Choices } from '../../ui/choices.tsx'
import { DataDetails } from '../../ui/data-details.tsx'
import { DayBars } from '../../ui/day-bars.tsx'
import { Explain } from '../../ui/explain.tsx'
import { SumSteps } from '../../ui/sum-steps.tsx'
import css from './earnings.module.css'
import { TariffForm } from './tariff-form.tsx'

const PERIODS = [7, 14, 31].map((value) => ({ value, label: t('{count, plural, one {# day} other {# days}}', { count: value }) }))

/** What is left once the electricity of every run is paid for, those that earned nothing included. */
export function NetCard({ money }: { money: MoneyView }) {
  const [count, setCount] = useState<number>(7)
  const [editing, setEditing] = useState(false)
  const period = periodOf(money.days, count)
  return (
    <Card title={t('After electricity')} aside={<Choices name="period" label={t('Period')} options={PERIODS} chosen={count} choose={setCount} />}>
      <Sum money={money} period={period} />
      <p className={css['tariff']}>
        <span>{money.tariff === null ? t('What your electricity costs is not set.') : tariffWords(money.tariff)}</span>
        {editing ? null : (
          <Button look="quiet" onClick={() => setEditing(true)}>
            {money.tariff === null ? t('Set your tariff') : t('Change')}
          </Button>
        )}
      </p>
      {editing ? <TariffForm current={money.tariff} close={() => setEditing(false)} /> : null}
      <Days money={money} count={count} />
    </Card>
  )
}

function Sum({ money: { tariff, estimated }, period }: { money: MoneyView; period: Period }) {
  const currency = tariff?.tariff.currency ?? 'USD'
  const obstacle = netObstacle(tariff, period)
  const basis = estimated ? t('an estimate, because some of the energy is') : t('from metered energy and your tariff')
  const net = period.netMinor === null ? null : `${estimated ? '≈ ' : ''}${formatAmount(period.netMinor, currency)}`
  return (
    <>
      <SumSteps
        steps={[
          { name: t('Confirmed pay'), note: tariff ? rateWords(tariff.tariff) : null, amount: formatUsd(period.confirmedMicroUsd) },
          {
            name: t('Electricity'),
            note: t('{energy} at the device, {runs, plural, one {# run} other {# runs}}, paid or not', {
              energy: `${estimated ? '≈ ' : ''}${formatEnergy(period.joules)}`,
              runs: period.runs,
            }),
            amount: period.costMinor === null ? t('unknown') : formatAmount(-period.costMinor, currency),
          },
          { name: t('Net'), note: obstacle === null ? basis : null, amount: <NetAmount net={net} obstacle={obstacle} />, total: true },
        ]}
      />
      {obstacle === null ? null : <p className={css['obstacle']}>{obstacle}</p>}
    </>
  )
}

const NetAmount = ({ net, obstacle }: { net: string | null; obstacle: string | null }) =>
  net === null ? (
    <Explain how={obstacle ?? ''}>{t('unknown')}</Explain>
  ) : (
    <Explain
      how={t(
        'Confirmed pay, in your currency, less the electricity of every run at the price of its hours. What the power supply turns into heat is not metered; sunshine of your own counts as bought.',
      )}
    >
      {net}
    </Explain>
  )

function Days({ money: { days, tariff }, count }: { money: MoneyView; count: number }) {
  const shown = days.slice(0, count)
  const currency = tariff?.tariff.currency ?? 'USD'
  const today = days[0]?.day ?? ''
  const net = (day: MoneyDay): string => (day.netMinor === null ? t('unknown') : formatAmount(day.netMinor, currency))
  return (
    <>
      <DayBars
        days={shown.toReversed()}
        today={today}
        textOf={(day) =>
          t('{day}: {confirmed} confirmed, net {net}', { day: formatDay(day.day, today), confirmed: formatUsd(day.confirmedMicroUsd), net: net(day) })
        }
      />
      <DataDetails
        name="money-days"
        summary={t('Show the days as a table')}
        head={[t('Day (UTC)'), t('Confirmed'), t('Energy'), t('Electricity'), t('Net')]}
        rows={shown.map((day) => [
          formatDay(day.day, today),
          formatUsd(day.confirmedMicroUsd),
          formatEnergy(day.joules),
          day.costMinor === null ? t('unknown') : formatAmount(day.costMinor, currency),
          net(day),
        ])}
      />
    </>
  )
}
