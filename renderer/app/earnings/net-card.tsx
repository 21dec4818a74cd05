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
  return (
    <dl className={css['sum']}>
      <div>
        <dt>
          {t('Confirmed pay')} <small>{tariff ? rateWords(tariff.tariff) : null}</small>
        </dt>
        <dd>{formatUsd(period.confirmedMicroUsd)}</dd>
      </div>
      <div>
        <dt>
          {t('Electricity')}{' '}
          <small>
            {t('{energy} at the device, {runs, plural, one {# run} other {# runs}}, paid or not', {
              energy: `${estimated ? '≈ ' : ''}${formatEnergy(period.joules)}`,
              runs: period.runs,
            })}
          </small>
        </dt>
        <dd>{period.costMinor === null ? t('unknown') : formatAmount(-period.costMinor, currency)}</dd>
      </div>
      <div className={css['total']}>
        <dt>
          {t('Net')}{' '}
          {obstacle === null ? <small>{estimated ? t('an estimate, because some of the energy is') : t('from metered energy and your tariff')}</small> : null}
        </dt>
        <dd>
          {period.netMinor === null ? (
            <Explain how={obstacle ?? ''}>{t('unknown')}</Explain>
          ) : (
            <Explain
              how={t(
                'Confirmed pay, in your currency, less the electricity of every run at the price of its hours. What the power supply turns into heat is not metered; sunshine of your own counts as bought.',
              )}
            >
              {estimated ? '≈ ' : ''}
              {formatAmount(period.netMinor, currency)}
            </Explain>
          )}
        </dd>
      </div>
      {obstacle === null ? null : <p className={css['obstacle']}>{obstacle}</p>}
    </dl>
  )
}

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
