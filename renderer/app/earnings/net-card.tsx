import { useState } from 'react'
import type { MoneyDay, MoneyView } from '../../../shared/contract/money.ts'
import { formatUsd } from '../../../shared/domain/money.ts'
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

const PERIODS = [
  { value: 7, label: '7 days' },
  { value: 14, label: '14 days' },
  { value: 31, label: '31 days' },
] as const

/** What is left once the electricity of every run is paid for, those that earned nothing included. */
export function NetCard({ money }: { money: MoneyView }) {
  const [count, setCount] = useState<number>(7)
  const [editing, setEditing] = useState(false)
  const period = periodOf(money.days, count)
  return (
    <Card title="After electricity" aside={<Choices name="period" label="Period" options={PERIODS} chosen={count} choose={setCount} />}>
      <Sum money={money} period={period} />
      <p className={css['tariff']}>
        <span>{money.tariff === null ? 'What your electricity costs is not set.' : tariffWords(money.tariff)}</span>
        {editing ? null : (
          <Button look="quiet" onClick={() => setEditing(true)}>
            {money.tariff === null ? 'Set your tariff' : 'Change'}
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
          Confirmed pay <small>{tariff ? rateWords(tariff.tariff) : null}</small>
        </dt>
        <dd>{formatUsd(period.confirmedMicroUsd)}</dd>
      </div>
      <div>
        <dt>
          Electricity{' '}
          <small>
            {estimated ? '≈ ' : ''}
            {formatEnergy(period.joules)} at the device, {period.runs === 1 ? '1 run' : `${period.runs} runs`}, paid or not
          </small>
        </dt>
        <dd>{period.costMinor === null ? 'unknown' : formatAmount(-period.costMinor, currency)}</dd>
      </div>
      <div className={css['total']}>
        <dt>
          Net {obstacle === null ? <small>{estimated ? 'an estimate, because some of the energy is' : 'from metered energy and your tariff'}</small> : null}
        </dt>
        <dd>
          {period.netMinor === null ? (
            <Explain how={obstacle ?? ''}>unknown</Explain>
          ) : (
            <Explain how="Confirmed pay, in your currency, less the electricity of every run at the price of its hours. What the power supply turns into heat is not metered; sunshine of your own counts as bought.">
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
  const net = (day: MoneyDay): string => (day.netMinor === null ? 'unknown' : formatAmount(day.netMinor, currency))
  return (
    <>
      <DayBars
        days={shown.toReversed()}
        today={today}
        textOf={(day) => `${formatDay(day.day, today)}: ${formatUsd(day.confirmedMicroUsd)} confirmed, net ${net(day)}`}
      />
      <DataDetails
        name="money-days"
        summary="Show the days as a table"
        head={['Day (UTC)', 'Confirmed', 'Energy', 'Electricity', 'Net']}
        rows={shown.map((day) => [
          formatDay(day.day, today),
          formatUsd(day.confirmedMicroUsd),
          formatEnergy(day.joules),
          day.costMinor === null ? 'unknown' : formatAmount(day.costMinor, currency),
          net(day),
        ])}
      />
    </>
  )
}
