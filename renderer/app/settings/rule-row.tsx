import { type ReactNode, useRef } from 'react'
import type { OwnerRules } from '../../../shared/contract/owner-rules.ts'
import { t } from '../../../shared/i18n/translate.ts'
import { joined } from '../../lib/rich.tsx'
import { type NumberRule, type Rule, type ToggleRule, isChanged, keysOf, numberSetting, parseRuleNumber, shownNumber, textOf } from '../../lib/rules.ts'
import { typedNumber } from '../../lib/typed-number.ts'
import { Button } from '../../ui/button.tsx'
import { type Judgement, NumberSentence } from '../../ui/number-sentence.tsx'
import prose from '../../ui/prose.module.css'
import { focusSentence } from './focus.ts'
import { GamesRule } from './games-rule.tsx'
import { GateRule } from './gate-rule.tsx'
import { HoursRule } from './hours-rule.tsx'
import css from './settings.module.css'
import { settingId } from './shell-sections.ts'

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
  const row = useRef<HTMLLIElement>(null)
  const label = t('Reset: {rule}', { rule: textOf(rule) })
  const goBack = () => {
    focusSentence(row.current?.firstElementChild)
    reset(rule)
  }
  return (
    <li ref={row} id={settingId(String(keysOf(rule)[0]))} className={css['rule']}>
      <Sentence {...props} />
      {isChanged(rules, rule) ? (
        <span className={css['changed']}>
          {t('Changed')}
          <Button look="quiet" disabled={closed} aria-label={label} onClick={goBack}>
            {t('Reset')}
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
        <input
          type="checkbox"
          checked={holds}
          disabled={closed}
          onChange={() => change({ [key]: !rules[key] }, holds ? t('No longer: {rule}.', { rule: text }) : `${text}.`)}
        />
        <span>{text}.</span>
      </label>
      {note === null ? null : <p className={prose['small']}>{note}</p>}
    </div>
  )
}

function NumberOf({ rule, rules, closed, change }: RuleProps<NumberRule>) {
  return (
    <NumberSentence
      sentence={(number) => joined([...rule.say(number), '.'])}
      label={textOf(rule)}
      closed={closed}
      start={shownNumber(rules, rule)}
      isNew={false}
      judge={(text) => judge(rule, text)}
      save={(value) => change({ [rule.key]: numberSetting(rule, value) }, `${rule.say(typedNumber(value)).join('')}.`)}
      cancel={() => {}}
      reset={null}
    />
  )
}

function judge(rule: NumberRule, text: string): Judgement {
  const parsed = parseRuleNumber(rule, text)
  return typeof parsed === 'number' ? { value: parsed, note: null } : { value: null, note: parsed.problem }
}
