import { useId } from 'react'
import type { CarbonRule, OwnerRules } from '../../../shared/contract/owner-rules.ts'
import { t, tParts } from '../../../shared/i18n/translate.ts'
import { greenHours } from '../../lib/forecast.ts'
import { formatWindow } from '../../lib/format.ts'
import { joined } from '../../lib/rich.tsx'
import { typedNumber } from '../../lib/typed-number.ts'
import { Foreign } from '../../ui/foreign.tsx'
import { type Judgement, NumberSentence } from '../../ui/number-sentence.tsx'
import prose from '../../ui/prose.module.css'
import { useNow } from '../hooks.ts'
import css from './settings.module.css'
import { useGatePreview } from './use-rules.ts'

interface GateRuleProps {
  readonly rules: OwnerRules
  readonly closed: boolean
  readonly change: (change: Partial<OwnerRules>, text: string) => void
}

type Kind = CarbonRule['kind']

const KINDS: readonly { readonly kind: Kind; readonly text: string; readonly start: CarbonRule }[] = [
  { kind: 'planned', text: t('In the window planned for each job'), start: { kind: 'planned' } },
  { kind: 'percentile', text: t('Only in the cleanest hours of this zone'), start: { kind: 'percentile', percentile: 30 } },
  { kind: 'absolute', text: t('Only at or below so many grams'), start: { kind: 'absolute', maxGPerKWh: 200 } },
  { kind: 'always', text: t('At any time'), start: { kind: 'always' } },
]

/** How green the grid has to be, and what that comes to in the hours ahead. */
export function GateRule({ rules: { gate }, closed, change }: GateRuleProps) {
  const name = useId()
  return (
    <fieldset className={css['gate']}>
      <legend>{t('How green the grid has to be')}</legend>
      {KINDS.map(({ kind, text, start }) => (
        <div key={kind}>
          <label className={css['toggle']}>
            <input type="radio" name={name} checked={gate.kind === kind} disabled={closed} onChange={() => change({ gate: start }, `${text}.`)} />
            <span>{text}.</span>
          </label>
          {gate.kind === kind ? <GateNumber gate={gate} closed={closed} change={change} /> : null}
        </div>
      ))}
      <Preview gate={gate} />
    </fieldset>
  )
}

const whole =
  (from: number, to: number, unit: string) =>
  (text: string): Judgement => {
    const value = /^\s*\d{1,4}\s*$/.test(text) ? Number(text) : Number.NaN
    return value >= from && value <= to
      ? { value, note: null }
      : { value: null, note: t('Give a whole number from {from} to {to} {unit}.', { from, to: typedNumber(to), unit }) }
  }
const judgeGrams = whole(1, 2_000, t('g per kWh'))
const judgeShare = whole(1, 100, '%')

const gramsText = <N,>(number: N): readonly (string | N)[] => tParts('At most {number} g per kWh', { number })
const shareText = <N,>(number: N): readonly (string | N)[] => tParts('The cleanest {number}% of the hours', { number })

function GateNumber({ gate, closed, change }: Pick<GateRuleProps, 'closed' | 'change'> & { readonly gate: CarbonRule }) {
  const shared = { closed, isNew: false, cancel: () => {}, reset: null }
  if (gate.kind === 'absolute')
    return (
      <NumberSentence
        {...shared}
        sentence={(number) => joined([...gramsText(number), '.'])}
        label={gramsText('…').join('')}
        start={gate.maxGPerKWh}
        judge={judgeGrams}
        save={(maxGPerKWh) => change({ gate: { kind: 'absolute', maxGPerKWh } }, `${gramsText(String(maxGPerKWh)).join('')}.`)}
      />
    )
  if (gate.kind === 'percentile')
    return (
      <NumberSentence
        {...shared}
        sentence={(number) => joined([...shareText(number), '.'])}
        label={shareText('…').join('')}
        start={gate.percentile}
        judge={judgeShare}
        save={(percentile) => change({ gate: { kind: 'percentile', percentile } }, `${shareText(String(percentile)).join('')}.`)}
      />
    )
  return null
}

/** What the rule comes to, by the forecast: an estimate, so it says so. */
function Preview({ gate }: { gate: CarbonRule }) {
  const now = useNow()
  const { data } = useGatePreview(gate)
  if (!data) return null
  const hours = greenHours(data.greenWindows, now)
  const [next] = data.greenWindows
  const ahead =
    hours === 0
      ? t('No green window in the forecast.')
      : next
        ? t('≈ {hours} of the next 48 hours are green by the forecast; first {window}.', { hours, window: formatWindow(next, now) })
        : t('≈ {hours} of the next 48 hours are green by the forecast.', { hours })
  return (
    <output className={prose['small']}>
      <Foreign>{data.words}</Foreign> {ahead}
    </output>
  )
}
