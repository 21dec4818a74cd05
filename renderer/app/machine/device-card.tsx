import { useId, useRef } from 'react'
import type { AgentJob, Device } from '../../../shared/contract/agent.ts'
import { messageOf } from '../../../shared/errors.ts'
import { whatItIs, worthOf } from '../../lib/device-text.ts'
import { deviceWord } from '../../lib/words.ts'
import { Badge } from '../../ui/badge.tsx'
import { Card } from '../../ui/card.tsx'
import { Switch } from '../../ui/switch.tsx'
import { CeilingSentence, type CeilingSentenceProps } from './ceiling-sentence.tsx'
import { DeviceDetails } from './device-details.tsx'
import { DeviceFigures } from './device-figures.tsx'
import { type DeviceOrder, reverseOf, useDevice } from './device-orders.ts'
import css from './machine.module.css'
import { UndoLine } from './undo-line.tsx'
import type { Undo } from './use-undo.ts'

interface DeviceCardProps {
  readonly known: Device
  /** Its name, told apart from others of the same name. */
  readonly title: string
  readonly job: AgentJob | null
  /** Id of the sentence that says why nothing can be changed; `null` if it can. */
  readonly closedNote: string | null
  readonly undo: Undo
}

/** One device: what it draws, how that is known, and what its owner allows. */
export function DeviceCard({ known, title, job, closedNote, undo }: DeviceCardProps) {
  const id = useId()
  const { device, wish, refusal } = useDevice(known)
  const control = useRef<HTMLButtonElement>(null)
  const order = (wanted: DeviceOrder, text: string) => {
    const reverse = reverseOf(wanted, device)
    wish(wanted)
    undo.make({ deviceId: device.deviceId, text, undo: () => (wish(reverse), control.current?.focus()) })
  }
  const mayStop = closedNote === null && device.enabled && device.state === 'ok' && mayWorkOn(job, device)
  return (
    <Card
      title={title}
      aside={
        <Switch
          ref={control}
          on={device.enabled}
          label="Use for jobs"
          of={title}
          disabled={closedNote !== null}
          describedBy={closedNote ?? (mayStop ? id : undefined)}
          onChange={(on) => order({ enabled: on }, on ? 'Used for jobs again.' : leftAloneText(mayWorkOn(job, device)))}
        />
      }
    >
      <div className={css['device']}>
        <State device={device} />
        {mayStop ? <WillStop id={id} /> : null}
        <UndoLine refusal={refusal === null ? null : messageOf(refusal)} undo={undo} deviceId={device.deviceId} />
        <DeviceFigures device={device} />
        <p className={css['small']}>{worthOf(device)}</p>
        <Limits device={device} title={title} closed={closedNote !== null} order={order} />
        <DeviceDetails device={device} />
      </div>
    </Card>
  )
}

const WillStop = ({ id }: { id: string }) => (
  <p id={id} className={css['small']}>
    A job is running. If it works on this device, switching this off stops it within two seconds.
  </p>
)

const Limits = (shared: Omit<CeilingSentenceProps, 'name'>) => (
  <div className={css['limits']}>
    <h3>Your limits</h3>
    <CeilingSentence name="temperatureC" {...shared} />
    <CeilingSentence name="watts" {...shared} />
  </div>
)

/** The agent does not say on which device a job works; a WebAssembly job never works on a GPU. */
const mayWorkOn = (job: AgentJob | null, { kind }: Device): boolean => job?.state === 'running' && (kind === 'cpu' || job.runtime !== 'wasm')

const leftAloneText = (mayStop: boolean): string => (mayStop ? 'Left alone. A job on it stops within two seconds.' : 'Left alone. No job will use it.')

function State({ device }: { device: Device }) {
  const message = device.enabled && device.held && device.held.code !== 'off' ? device.held.message : null
  return (
    <p className={css['state']}>
      <Badge state={deviceWord(device)} />
      <span className={css['what']}>{whatItIs(device)}</span>
      {message === null ? null : <span className={css['message']}>{message}</span>}
      {device.instances === null ? null : (
        <span className={css['message']}>
          Cut into {device.instances} {device.instances === 1 ? 'instance' : 'instances'} (MIG). Its figures are those of the whole card.
        </span>
      )}
    </p>
  )
}
