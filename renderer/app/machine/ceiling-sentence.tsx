import { useState } from 'react'
import type { Device } from '../../../shared/contract/device.ts'
import { t } from '../../../shared/i18n/translate.ts'
import { type CeilingName, suggestedCeiling } from '../../lib/ceilings.ts'
import { Button } from '../../ui/button.tsx'
import { CeilingForm } from './ceiling-form.tsx'
import type { DeviceOrder } from './device-orders.ts'
import css from './ceilings.module.css'

export interface CeilingSentenceProps {
  readonly name: CeilingName
  readonly device: Device
  readonly title: string
  readonly closed: boolean
  readonly order: (order: DeviceOrder, text: string) => void
}

interface Words {
  readonly none: string
  readonly set: string
  readonly removed: string
  readonly opener: (device: string) => string
}

const WORDS: Readonly<Record<CeilingName, Words>> = {
  temperatureC: {
    none: t('No temperature limit of your own.'),
    set: t('Temperature limit set.'),
    removed: t('Temperature limit removed.'),
    opener: (device) => t('Set one: temperature limit of {device}', { device }),
  },
  watts: {
    none: t('No watt limit of your own.'),
    set: t('Watt limit set.'),
    removed: t('Watt limit removed.'),
    opener: (device) => t('Set one: watt limit of {device}', { device }),
  },
}

/** Only for a button that comes where the focus was lost, so it is the same function each time: called once, when the button appears. */
const takeFocus = (button: HTMLButtonElement | null) => button?.focus()

/** One limit of the owner's as a sentence; off until it is set. */
export function CeilingSentence({ name, device, title, closed, order }: CeilingSentenceProps) {
  const saved = device.ceilings[name]
  const [last, setLast] = useState(saved)
  const [mode, setMode] = useState<'shut' | 'open' | 'returning'>('shut')
  if (last !== saved) {
    setLast(saved)
    if (saved !== null) setMode('returning')
  }
  const words = WORDS[name]
  const save = (value: number | null) => {
    if (value === null) setMode('returning')
    order({ ceilings: { ...device.ceilings, [name]: value } }, value === null ? words.removed : words.set)
  }
  const opener = { ref: mode === 'returning' ? takeFocus : null, 'aria-label': words.opener(title) }
  if (saved === null && mode !== 'open')
    return (
      <p className={css['none']}>
        <span>{words.none}</span>
        <Button {...opener} look="quiet" disabled={closed} onClick={() => setMode('open')}>
          {t('Set one')}
        </Button>
      </p>
    )
  return (
    <CeilingForm
      name={name}
      device={device}
      title={title}
      closed={closed}
      start={saved ?? suggestedCeiling(name, device)}
      isNew={saved === null}
      save={save}
      cancel={() => setMode('returning')}
    />
  )
}
