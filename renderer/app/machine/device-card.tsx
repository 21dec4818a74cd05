import { useId, useRef } from 'react'
import type { AgentStatus } from '../../../shared/contract/agent.ts'
import type { Device } from '../../../shared/contract/device.ts'
import { messageOf } from '../../../shared/errors.ts'
import { t } from '../../../shared/i18n/translate.ts'
import { ALWAYS_NEEDED, basisOf, stopsText, whatItIs, worthOf } from '../../lib/device-text.ts'
import { rich } from '../../lib/rich.tsx'
import { deviceWord } from '../../lib/words.ts'
import { Badge } from '../../ui/badge.tsx'
import { Card } from '../../ui/card.tsx'
import { Foreign } from '../../ui/foreign.tsx'
import { Switch } from '../../ui/switch.tsx'
import prose from '../../ui/prose.module.css'
import ceilings from './ceilings.module.css'
import { CeilingSentence, type CeilingSentenceProps } from './ceiling-sentence.tsx'
import { DeviceDetails } from './device-details.tsx'
import { DeviceFigures } from './device-figures.tsx'
import { type DeviceOrder, reverseOf, useDevice } from './device-orders.ts'
import css from './machine.module.css'
import { UndoLine } from '../undo-line.tsx'
import type { Undo } from '../use-undo.ts'

interface DeviceCardProps {
  readonly known: Device
  /** Its name, told apart from others of the same name. */
  readonly title: string
  readonly status: Pick<AgentStatus, 'running' | 'busyDevices'>
  /** Id of the sentence that says why nothing can be changed; `null` if it can. */
  readonly closedNote: string | null
  readonly undo: Undo
}

/** One device: what it draws, how that is known, and what its owner allows. */
export function DeviceCard({ known, title, status, closedNote, undo }: DeviceCardProps) {
  const id = useId()
  const { device, wish, refusal } = useDevice(known)
  const control = useRef<HTMLButtonElement>(null)
  const order = (wanted: DeviceOrder, text: string) => {
    const reverse = reverseOf(wanted, device)
    wish(wanted)
    undo.make({ about: device.deviceId, text, undo: () => (wish(reverse), control.current?.focus()) })
  }
  const stops = stopsText(device, status)
  const isFixed = device.kind === 'cpu' && device.enabled
  const warning = closedNote === null && device.enabled ? (isFixed ? ALWAYS_NEEDED : stops) : null
  return (
    <Card
      title={title}
      aside={
        <Switch
          ref={control}
          on={device.enabled}
          label={t('Use for jobs')}
          of={title}
          disabled={closedNote !== null || isFixed}
          describedBy={closedNote ?? (warning === null ? undefined : id)}
          onChange={(on) => order({ enabled: on }, on ? t('Used for jobs again.') : leftAloneText(stops !== null))}
        />
      }
    >
      <div className={css['device']}>
        <State device={device} />
        {warning === null ? null : (
          <p id={id} className={prose['small']}>
            {warning}
          </p>
        )}
        <UndoLine refusal={refusal === null ? null : messageOf(refusal)} undo={undo} about={device.deviceId} />
        <DeviceFigures device={device} />
        <Worth device={device} />
        <Limits device={device} title={title} closed={closedNote !== null} order={order} />
        <DeviceDetails device={device} />
      </div>
    </Card>
  )
}

function Worth({ device }: { device: Device }) {
  const basis = basisOf(device)
  return (
    <p className={prose['small']}>
      {worthOf(device)} {basis === null ? null : rich('Basis: {basis}', { basis: <Foreign>{basis}</Foreign> })}
    </p>
  )
}

const Limits = (shared: Omit<CeilingSentenceProps, 'name'>) => (
  <div className={ceilings['limits']}>
    <h3>{t('Your limits')}</h3>
    <CeilingSentence name="temperatureC" {...shared} />
    <CeilingSentence name="watts" {...shared} />
  </div>
)

const leftAloneText = (stops: boolean): string => (stops ? t('Left alone. The job stops within two seconds.') : t('Left alone. No job will use it.'))

function State({ device }: { device: Device }) {
  const message = device.enabled && device.held && device.held.code !== 'off' ? device.held.message : null
  return (
    <p className={css['state']}>
      <Badge state={deviceWord(device)} />
      <span className={css['what']}>{whatItIs(device)}</span>
      {message === null ? null : (
        <span className={css['message']}>
          <Foreign>{message}</Foreign>
        </span>
      )}
      {device.instances === null ? null : (
        <span className={css['message']}>
          {t('Cut into {instances, plural, one {# instance} other {# instances}} (MIG). Its figures are those of the whole card.', {
            instances: device.instances,
          })}
        </span>
      )}
    </p>
  )
}
