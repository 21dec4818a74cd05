import type { ReactNode } from 'react'
import type { OwnerRules } from '../../../shared/contract/owner-rules.ts'
import { type NumberRule, type Rule, type ToggleRule, isChanged, numberSetting, parseRuleNumber, shownNumber, textOf } from '../../lib/rules.ts'
import { Button } from '../../ui/button.tsx'
import { type Judgement, NumberSentence } from '../../ui/number-sentence.tsx'
import prose from '../../ui/prose.module.css'
import { GamesRule } from './games-rule.tsx'
import { GateRule } from './gate-rule.tsx'
import { HoursRule } from './hours-rule.tsx'
import css from './settings.module.css'

export interface RuleProps<R extends Rule = Rule> {
  readonly rule: R
  readonly rules: OwnerRules
  readonly closed: boolean
  /** Makes the rules hold, and says what was done. */
  readonly change: (change: Partial<OwnerRules>, text: string) => void
}

/** One rule: its sentence, and the way back where it says something else than Windfall does unasked. */
export function RuleRow({ reset, ...props }: RuleProps & { readonly reset: (rule: Rule) => void }) {
  const { rule, rules, closed } = props
  const label = `Reset: ${textOf(rule)}`
  return (
    <li className={css['rule']}>
      <Sentence {...props} />
      {isChanged(rules, rule) ? (
        <span className={css['changed']}>
          Changed
          <Button look="quiet" disabled={closed} aria-label={label} onClick={() => reset(rule)}>
            Reset
          </Button>
        </span>
      ) : null}
    </li>
  )
}

function Sentence({ rule, ...props }: RuleProps): ReactNode {
  switch (rule.is) {
    case 'toggle':
      return <Toggle rule={rule} {...props} />
    case 'number':
      return <NumberOf rule={rule} {...props} />
    case 'gate':
      return <GateRule {...props} />
    case 'hours':
      return <HoursRule {...props} />
    case 'games':
      return <GamesRule {...props} />
  }
}

function Toggle({ rule: { key, text, inverted, note }, rules, closed, change }: RuleProps<ToggleRule>) {
  const holds = rules[key] !== inverted
  return (
    <div>
      <label className={css['toggle']}>
        <input type="checkbox" checked={holds} disabled={closed} onChange={() => change({ [key]: !rules[key] }, `${holds ? 'No longer: ' : ''}${text}.`)} />
        <span>{text}.</span>
      </label>
      {note === null ? null : <p className={prose['small']}>{note}</p>}
    </div>
  )
}

function NumberOf({ rule, rules, closed, change }: RuleProps<NumberRule>) {
  return (
    <NumberSentence
      before={rule.before}
      unit={rule.unit}
      after={() => rule.after}
      of={null}
      closed={closed}
      start={shownNumber(rules, rule)}
      isNew={false}
      judge={(text) => judge(rule, text)}
      save={(value) => change({ [rule.key]: numberSetting(rule, value) }, `${rule.before} ${value} ${rule.unit}${rule.after}.`)}
      cancel={() => {}}
      reset={null}
    />
  )
}

function judge(rule: NumberRule, text: string): Judgement {
  const parsed = parseRuleNumber(rule, text)
  return typeof parsed === 'number' ? { value: parsed, note: null } : { value: null, note: parsed.problem }
}
