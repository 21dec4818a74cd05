import { useState } from 'react'
import type { AgentStatus } from '../../../shared/contract/agent.ts'
import type { MoneyView } from '../../../shared/contract/money.ts'
import { deviceTitles } from '../../../shared/domain/running-jobs.ts'
import { t } from '../../../shared/i18n/translate.ts'
import { tariffWords } from '../../lib/net.ts'
import { Button } from '../../ui/button.tsx'
import { Loaded, SkeletonLines } from '../../ui/loaded.tsx'
import prose from '../../ui/prose.module.css'
import { TariffForm } from '../earnings/tariff-form.tsx'
import { CeilingSentence } from '../machine/ceiling-sentence.tsx'
import { useDevice } from '../machine/device-orders.ts'
import { useMoney } from '../money-queries.ts'
import { useStatus } from '../queries.ts'
import css from './onboarding.module.css'
import { StepFrame, type StepProps } from './step-frame.tsx'
import { ZoneForm } from './zone-form.tsx'

/** What electricity costs here, where on the grid this computer is, and how much it may draw. What is known already is not asked again. */
export function PowerStep({ moved, closed, go }: StepProps) {
  const [money, status] = [useMoney(), useStatus()]
  return (
    <StepFrame
      title={t('Power')}
      moved={moved}
      verbs={
        <>
          <Button look="primary" disabled={closed} onClick={() => go('estimate')}>
            {t('Next: Estimate')}
          </Button>
          <Button look="quiet" disabled={closed} onClick={() => go('computer')}>
            {t('Back')}
          </Button>
        </>
      }
    >
      <p className={prose['lead']}>
        {t('With the price of your power, Windfall can tell what is left for you. Without it, net figures stay unknown; nothing is guessed.')}
      </p>
      <h3>{t('Price')}</h3>
      <Loaded query={money} what={t('your tariff')} skeleton={<SkeletonLines count={2} />}>
        {(data) => <Price money={data} closed={closed} />}
      </Loaded>
      <h3>{t('Zone')}</h3>
      <ZoneForm closed={closed} />
      <h3>{t('Watt limit')}</h3>
      <Loaded query={status} what={t('your devices')} skeleton={<SkeletonLines count={2} />}>
        {(data) => <WattLimits status={data} closed={closed} />}
      </Loaded>
    </StepFrame>
  )
}

function Price({ money, closed }: { money: MoneyView; closed: boolean }) {
  const [editing, setEditing] = useState(false)
  if (editing) return <TariffForm current={money.tariff} close={() => setEditing(false)} />
  return (
    <p className={css['line']}>
      <span>{money.tariff === null ? t('What your electricity costs is not set.') : tariffWords(money.tariff)}</span>
      <Button look="quiet" disabled={closed} onClick={() => setEditing(true)}>
        {money.tariff === null ? t('Set your tariff') : t('Change')}
      </Button>
    </p>
  )
}

function WattLimits({ status: { devices }, closed }: { status: AgentStatus; closed: boolean }) {
  const titles = deviceTitles(devices)
  const lent = devices.filter(({ kind }) => kind === 'gpu')
  if (lent.length === 0) return <p className={prose['small']}>{t('No GPU is here whose watts could be limited.')}</p>
  return (
    <ul className={css['limits']}>
      {lent.map((device) => (
        <li key={device.deviceId}>
          <strong>{titles.get(device.deviceId) ?? device.name}</strong>
          <WattLimit given={device} title={titles.get(device.deviceId) ?? device.name} closed={closed} />
        </li>
      ))}
    </ul>
  )
}

function WattLimit({ given, title, closed }: { given: AgentStatus['devices'][number]; title: string; closed: boolean }) {
  const { device, wish } = useDevice(given)
  return <CeilingSentence name="watts" device={device} title={title} closed={closed} order={(order) => wish(order)} />
}
