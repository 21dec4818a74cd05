import { useId } from 'react'
import type { CarbonRule, OwnerRules } from '../../../shared/contract/owner-rules.ts'
import { greenHours } from '../../lib/forecast.ts'
import { formatWindow } from '../../lib/format.ts'
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
  { kind: 'planned', text: 'In the window planned for each job', start: { kind: 'planned' } },
  { kind: 'percentile', text: 'Only in the cleanest hours of this zone', start: { kind: 'percentile', percentile: 30 } },
  { kind: 'absolute', text: 'Only at or below so many grams', start: { kind: 'absolute', maxGPerKWh: 200 } },
  { kind: 'always', text: 'At any time', start: { kind: 'always' } },
]

/** How green the grid has to be, and what that comes to in the hours ahead. */
export function GateRule({ rules: { gate }, closed, change }: GateRuleProps) {
  const name = useId()
  return (
    <fieldset className={css['gate']}>
      <legend>How green the grid has to be</legend>
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
    return value >= from && value <= to ? { value, note: null } : { value: null, note: `Give a whole number from ${from} to ${to} ${unit}.` }
  }
const judgeGrams = whole(1, 2_000, 'g per kWh')
const judgeShare = whole(1, 100, '%')

function GateNumber({ gate, closed, change }: Pick<GateRuleProps, 'closed' | 'change'> & { readonly gate: CarbonRule }) {
  const shared = { of: null, closed, isNew: false, cancel: () => {}, reset: null }
  if (gate.kind === 'absolute')
    return (
      <NumberSentence
        {...shared}
        before="At most"
        unit="g per kWh"
        start={gate.maxGPerKWh}
        judge={judgeGrams}
        save={(maxGPerKWh) => change({ gate: { kind: 'absolute', maxGPerKWh } }, `At most ${maxGPerKWh} g per kWh.`)}
      />
    )
  if (gate.kind === 'percentile')
    return (
      <NumberSentence
        {...shared}
        before="The cleanest"
        unit="% of the hours"
        start={gate.percentile}
        judge={judgeShare}
        save={(percentile) => change({ gate: { kind: 'percentile', percentile } }, `The cleanest ${percentile} % of the hours.`)}
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
      ? 'No green window in the forecast.'
      : `≈ ${hours} of the next 48 hours are green by the forecast${next ? `; first ${formatWindow(next, now)}` : ''}.`
  return (
    <output className={prose['small']}>
      {data.words} {ahead}
    </output>
  )
}
