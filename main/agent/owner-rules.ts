import { z } from 'zod'
import { OwnerRules, type PolicyConfig, type RuleKey, type RulesView, changedRules } from '../../shared/contract/owner-rules.ts'
import type { Tariff } from '../../shared/domain/tariff.ts'
import { WindfallError } from '../../shared/errors.ts'
import type { Logger } from '../kernel/log.ts'
import type { AgentConfig } from './config.ts'
import type { SettingsStore } from './settings.store.ts'

export interface OwnerRulesBook {
  readonly current: () => OwnerRules
  /** The same for whoever decides by them. */
  readonly policy: () => PolicyConfig
  readonly view: () => RulesView
  /** Those that the settings file or the options name, and that are other ones all the same. */
  readonly overruled: () => readonly RuleKey[]
  /** `null` goes back to what the settings file says. Error: `input.invalid`, and nothing has changed. */
  readonly set: (rules: OwnerRules | null) => void
}

export interface OwnerRulesDeps {
  readonly config: Pick<AgentConfig, 'policy' | 'gate' | 'onlyIfEarning' | 'saidRules'>
  readonly settings: SettingsStore
  readonly tariff: () => Tariff | null
  readonly changed: () => void
}

const KEY = 'owner-rules'
/** As versions kept them in which it was said elsewhere that nobody sits at the machine. */
const Kept = OwnerRules.extend({ dedicated: z.boolean().optional() })

/** Why nobody could tell what a job earns; `null` if they can. */
export function unpriced(tariff: Tariff | null): string | null {
  if (!tariff) return 'Say what your electricity costs first: without it nobody knows what a job costs.'
  return tariff.currency === 'USD' || tariff.usdPerUnit !== null
    ? null
    : `Your jobs start only when they earn more than they cost, and they are paid in USD. Say what 1 ${tariff.currency} is worth in USD.`
}

/** The rules that the owner has set in the window or by a command, or else those of their settings file. */
export function createOwnerRules({ config, settings, tariff, changed }: OwnerRulesDeps): OwnerRulesBook {
  const { dedicated } = config.policy
  const written = OwnerRules.parse({ ...config.policy, gate: config.gate, onlyIfEarning: config.onlyIfEarning })
  const kept = settings.get(KEY, Kept)
  let own: OwnerRules | null = kept && { ...kept, dedicated: kept.dedicated ?? dedicated }
  const current = (): OwnerRules => own ?? written
  return {
    current,
    policy() {
      const { gate: _gate, onlyIfEarning: _earning, ...rules } = current()
      return rules
    },
    view: () => ({ rules: current(), setBy: own ? 'window' : 'settings', settings: written, dedicated }),
    overruled: () => changedRules({ rules: current(), settings: written }).filter((key) => config.saidRules.includes(key)),
    set(rules) {
      const problem = rules?.onlyIfEarning ? unpriced(tariff()) : null
      if (problem !== null) throw new WindfallError('input.invalid', problem)
      if (rules && rules.startBelowC > rules.stopAboveC)
        throw new WindfallError('input.invalid', 'Work has to begin at a temperature below the one at which it stops.')
      settings.set(KEY, rules)
      own = rules
      changed()
    },
  }
}

/** Whoever starts an agent with a rule that does not hold hears of it then, not when jobs run at another time than they meant. */
export function tellOverruled({ overruled }: Pick<OwnerRulesBook, 'overruled'>, log: Pick<Logger, 'warn'>): void {
  const rules = overruled()
  if (rules.length > 0)
    log.warn(
      { rules },
      'these rules are as they were set in the window or by “windfall rule”, not as the settings file or the options say; “windfall rule list” shows both, “windfall rule reset” goes back',
    )
}
