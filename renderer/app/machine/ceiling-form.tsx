import type { Device } from '../../../shared/contract/device.ts'
import { type CeilingName, ceilingEffect, ceilingHint, parseCeiling } from '../../lib/ceilings.ts'
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

const SENTENCE: Readonly<Record<CeilingName, { readonly before: string; readonly unit: string }>> = {
  temperatureC: { before: 'Rest above', unit: '°C' },
  watts: { before: 'On average no more than', unit: 'W' },
}

/** A limit that can be typed over. */
export const CeilingForm = ({ name, device, title, ...form }: CeilingFormProps) => (
  <NumberSentence
    {...SENTENCE[name]}
    {...form}
    of={title}
    after={(value) => ceilingEffect(name, value, device)}
    judge={(text) => judge(name, text, device)}
    reset={{ label: `Reset: no limit for ${title}`, do: () => form.save(null) }}
  />
)

/** What was typed as a number that can be saved, if it is one, and what there is to say about it. */
function judge(name: CeilingName, text: string, device: Device): Judgement {
  const parsed = parseCeiling(name, text)
  return typeof parsed === 'number' ? { value: parsed, note: ceilingHint(name, parsed, device) } : { value: null, note: parsed.problem }
}
