import type { Device } from '../../../shared/contract/device.ts'
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
      <Figure name="Power now">
        <Power device={device} power={powerNow(device, now)} />
      </Figure>
      <Figure name="Temperature">{temperatureC === null || state !== 'ok' ? <Missing /> : formatTemperature(temperatureC)}</Figure>
      <Figure name="Energy today">
        <Explain how="Since midnight UTC, while Windfall watched. What it used while Windfall was not running is not known.">
          {about}
          {formatEnergy(energyToday.joules)}
        </Explain>{' '}
        <small>
          {about}
          {formatEnergy(energyToday.jobJoules)} of it for jobs
        </small>
      </Figure>
      <Figure name="When idle">
        {idleW === null ? (
          <Missing word="Not measured yet" />
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

const Missing = ({ word = 'Not available' }: { word?: string }) => <span className={css['missing']}>{word}</span>

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
      <small>{[...(powerLimitW === null ? [] : [`of ${formatWatts(powerLimitW)}`]), ...(power.since === null ? [] : [power.since])].join(', ')}</small>
      {powerLimitW === null || watts === null ? null : (
        <PowerBar watts={watts} limitW={powerLimitW} ceilingW={ceilings.watts} estimated={method === 'estimate'} />
      )}
    </>
  )
}
