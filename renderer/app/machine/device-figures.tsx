import type { Device } from '../../../shared/contract/device.ts'
import { t } from '../../../shared/i18n/translate.ts'
import { cx } from '../../lib/cx.ts'
import { type PowerNow, powerNow } from '../../lib/device-text.ts'
import { formatEnergy, formatTemperature, formatWatts } from '../../lib/format.ts'
import { Explain } from '../../ui/explain.tsx'
import { Figure, Figures } from '../../ui/figures.tsx'
import { PowerBar } from '../../ui/power-bar.tsx'
import { useNow } from '../hooks.ts'
import css from './machine.module.css'

/** The device in four figures. */
export function DeviceFigures({ device }: { device: Device }) {
  const { temperatureC, idleW, energyToday, method, state } = device
  const now = useNow()
  const about = method === 'estimate' ? '≈ ' : ''
  return (
    <Figures uneven>
      <Figure name={t('Power now')}>
        <Power device={device} power={powerNow(device, now)} />
      </Figure>
      <Figure name={t('Temperature')}>{temperatureC === null || state !== 'ok' ? <Missing /> : formatTemperature(temperatureC)}</Figure>
      <Figure name={t('Energy today')}>
        <Explain how={t('Since midnight UTC, while Windfall watched. What it used while Windfall was not running is not known.')}>
          {about}
          {formatEnergy(energyToday.joules)}
        </Explain>{' '}
        <small>{t('{energy} of it for jobs', { energy: `${about}${formatEnergy(energyToday.jobJoules)}` })}</small>
      </Figure>
      <Figure name={t('When idle')}>
        {idleW === null ? (
          <Missing word={t('Not measured yet')} />
        ) : (
          <>
            {about}
            {formatWatts(idleW)}
          </>
        )}
      </Figure>
    </Figures>
  )
}

const Missing = ({ word = t('Not available') }: { word?: string }) => <span className={css['missing']}>{word}</span>

function Power({ device: { watts, powerLimitW, ceilings, method }, power }: { device: Device; power: PowerNow }) {
  if ('missing' in power)
    return (
      <>
        <Missing /> <small>{power.missing}</small>
      </>
    )
  return (
    <>
      <span className={cx(power.since !== null && css['old'])}>{power.watts}</span>{' '}
      <small>
        {[...(powerLimitW === null ? [] : [t('of {watts}', { watts: formatWatts(powerLimitW) })]), ...(power.since === null ? [] : [power.since])].join(', ')}
      </small>
      {powerLimitW === null || watts === null ? null : (
        <PowerBar watts={watts} limitW={powerLimitW} ceilingW={ceilings.watts} estimated={method === 'estimate'} />
      )}
    </>
  )
}
