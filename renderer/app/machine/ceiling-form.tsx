import type { ReactNode } from 'react'
import type { Device } from '../../../shared/contract/device.ts'
import { t } from '../../../shared/i18n/translate.ts'
import { type CeilingName, ceilingEffect, ceilingHint, parseCeiling } from '../../lib/ceilings.ts'
import { rich } from '../../lib/rich.tsx'
import { type Judgement, NumberSentence } from '../../ui/number-sentence.tsx'

interface CeilingFormProps {
  readonly name: CeilingName
  readonly device: Device
  readonly title: string
  readonly closed: boolean
  /** What the sentence says until something is typed. */
  readonly start: number
  /** It is being set, so it takes the focus and can be given up. */
  readonly isNew: boolean
  /** `null` removes the limit. */
  readonly save: (value: number | null) => void
  readonly cancel: () => void
}

const LABEL: Readonly<Record<CeilingName, string>> = {
  temperatureC: t('Rest above, °C'),
  watts: t('On average no more than, W'),
}

function sentenceOf(name: CeilingName, number: ReactNode, effect: string): ReactNode {
  return name === 'watts'
    ? rich('On average no more than {number} W{effect}.', { number, effect })
    : rich('Rest above {number} °C{effect}.', { number, effect })
}

/** A limit that can be typed over. */
export const CeilingForm = ({ name, device, title, ...form }: CeilingFormProps) => (
  <NumberSentence
    {...form}
    sentence={(number, value) => sentenceOf(name, number, ceilingEffect(name, value, device))}
    label={`${LABEL[name]}, ${title}`}
    judge={(text) => judge(name, text, device)}
    reset={{ label: t('Reset: no limit for {device}', { device: title }), do: () => form.save(null) }}
  />
)

/** What was typed as a number that can be saved, if it is one, and what there is to say about it. */
function judge(name: CeilingName, text: string, device: Device): Judgement {
  const parsed = parseCeiling(name, text)
  return typeof parsed === 'number' ? { value: parsed, note: ceilingHint(name, parsed, device) } : { value: null, note: parsed.problem }
}
