/** The owner's rules as sentences: “Only when …” is what a rule says, never what it allows. */
import { DEFAULT_RULES, type OwnerRules } from '../../shared/contract/owner-rules.ts'

type KeysOf<T> = { [K in keyof OwnerRules]: OwnerRules[K] extends T ? K : never }[keyof OwnerRules]
type ToggleKey = KeysOf<boolean>
type NumberKey = KeysOf<number>

export interface ToggleRule {
  readonly is: 'toggle'
  readonly key: ToggleKey
  /** Ticked, this holds. */
  readonly text: string
  /** The setting says what is allowed, the sentence what is not. */
  readonly inverted: boolean
  readonly note: string | null
}

export interface NumberRule {
  readonly is: 'number'
  readonly key: NumberKey
  readonly before: string
  readonly unit: string
  /** What follows the number. */
  readonly after: string
  /** How many of the setting's units one of the sentence's is. */
  readonly scale: number
  /** In the sentence's units. */
  readonly from: number
  readonly to: number
}

interface SpecialRule<K extends string> {
  readonly is: K
  readonly text: string
}
export type Rule = ToggleRule | NumberRule | SpecialRule<'gate'> | SpecialRule<'hours'> | SpecialRule<'games'>

export interface RuleGroup {
  readonly id: string
  readonly title: string
  readonly rules: readonly Rule[]
}

interface Extra {
  readonly inverted?: boolean
  readonly note?: string
}

const toggle = (key: ToggleKey, text: string, { inverted = false, note }: Extra = {}): ToggleRule => ({ is: 'toggle', key, text, inverted, note: note ?? null })

const number = (
  key: NumberKey,
  words: Pick<NumberRule, 'before' | 'unit'> & { after?: string },
  range: Pick<NumberRule, 'scale' | 'from' | 'to'>,
): NumberRule => ({
  is: 'number',
  key,
  after: '',
  ...words,
  ...range,
})

const MINUTES = { scale: 60, from: 0, to: 60 }
const SECONDS = { scale: 1, from: 0, to: 3_600 }
const GIB = 1_073_741_824

export const RULE_GROUPS: readonly RuleGroup[] = [
  {
    id: 'away',
    title: 'When you are away',
    rules: [
      toggle('alsoWhenPresent', 'Only when I am away', { inverted: true, note: 'Games, films and other users of the GPU come first either way.' }),
      number('idleStartS', { before: 'Only when nobody has touched this computer for', unit: 'min' }, { scale: 60, from: 1, to: 1_440 }),
      number('idleLockedS', { before: 'While the screen is locked, for', unit: 'min' }, { scale: 60, from: 1, to: 1_440 }),
      toggle('alsoWhenMediaPlays', 'Not while a program keeps the screen on, as players of films do', { inverted: true }),
      number('gameCooldownS', { before: 'After a game, rest for', unit: 'min' }, MINUTES),
      { is: 'games', text: 'Programs that count as games, and those that do not' },
    ],
  },
  {
    id: 'hours',
    title: 'Hours',
    rules: [{ is: 'hours', text: 'Only at these hours of the week' }],
  },
  {
    id: 'energy',
    title: 'Energy and money',
    rules: [
      { is: 'gate', text: 'How green the grid has to be' },
      toggle('onlyIfEarning', 'Only jobs that earn more than their electricity costs', {
        note: 'Needs what your electricity costs; you say that under Earnings.',
      }),
      toggle('allowBattery', 'Only on mains power', { inverted: true }),
    ],
  },
  {
    id: 'room',
    title: 'Room for your own programs',
    rules: [
      number(
        'othersBelowShare',
        { before: 'Only while other programs use less than', unit: '%', after: ' of the processor' },
        { scale: 0.01, from: 5, to: 100 },
      ),
      number('spareVramBytes', { before: 'Keep free', unit: 'GiB', after: ' of the GPU’s memory for my programs' }, { scale: GIB, from: 0, to: 1_024 }),
      number('startBelowC', { before: 'Begin only while the GPU is below', unit: '°C' }, { scale: 1, from: 30, to: 110 }),
      number('stopAboveC', { before: 'Stop when the GPU is above', unit: '°C' }, { scale: 1, from: 30, to: 110 }),
      toggle('fetchOnMetered', 'Fetch nothing over a metered network', { inverted: true }),
    ],
  },
  {
    id: 'giving-back',
    title: 'Giving the computer back',
    rules: [
      number('quietAfterInputS', { before: 'A touch makes a job rest; it goes on after', unit: 's', after: ' without one' }, { scale: 1, from: 1, to: 300 }),
      number('graceMs', { before: 'A job that has to go may save its work for', unit: 's' }, { scale: 1_000, from: 0, to: 1.5 }),
      number('cooldownS', { before: 'Rest after work had to stop for', unit: 's' }, SECONDS),
      number('wakeCooldownS', { before: 'Rest after this computer woke up for', unit: 's' }, SECONDS),
    ],
  },
]

/** What a rule says, for whoever looks for it. */
export const textOf = (rule: Rule): string => (rule.is === 'number' ? `${rule.before} … ${rule.unit}${rule.after}` : rule.text)

/** Every word that is looked for is in the rule or the name of its group. */
export function findRules(search: string): readonly RuleGroup[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  return RULE_GROUPS.flatMap((group) => {
    const rules = group.rules.filter((rule) => {
      const text = `${group.title} ${textOf(rule)}`.toLowerCase()
      return words.every((word) => text.includes(word))
    })
    return rules.length === 0 ? [] : [{ ...group, rules }]
  })
}

/** The settings that a rule is made of. */
export function keysOf(rule: Rule): readonly (keyof OwnerRules)[] {
  if (rule.is === 'gate') return ['gate']
  if (rule.is === 'hours') return ['schedule']
  if (rule.is === 'games') return ['games']
  return [rule.key]
}

/** Whether a rule says something else than Windfall does unasked. */
export const isChanged = (rules: OwnerRules, rule: Rule): boolean =>
  keysOf(rule).some((key) => JSON.stringify(rules[key]) !== JSON.stringify(DEFAULT_RULES[key]))

/** The rules with this one as Windfall has it unasked. */
export const resetRule = (rules: OwnerRules, rule: Rule): OwnerRules => ({
  ...rules,
  ...Object.fromEntries(keysOf(rule).map((key) => [key, DEFAULT_RULES[key]])),
})

const rounded = (value: number): number => Math.round(value * 100) / 100

/** A number of the rules in the units of its sentence. */
export const shownNumber = (rules: OwnerRules, { key, scale }: NumberRule): number => rounded(rules[key] / scale)

const TYPED = /^\s*\d{1,5}(?:[.,]\d{1,2})?\s*$/
const isWhole = ({ scale }: NumberRule): boolean => scale === 1 || scale === 0.01

/** What was typed into a sentence, in its units; or what to type instead. */
export function parseRuleNumber(rule: NumberRule, text: string): number | { readonly problem: string } {
  const value = TYPED.test(text) ? Number(text.replace(',', '.')) : Number.NaN
  const fits = value >= rule.from && value <= rule.to && (!isWhole(rule) || Number.isInteger(value))
  return fits ? value : { problem: `Give a ${isWhole(rule) ? 'whole ' : ''}number from ${rule.from} to ${rule.to} ${rule.unit}.` }
}

/** In the units of the setting, which is whole but for a share. */
export const numberSetting = ({ scale }: NumberRule, value: number): number => (scale === 0.01 ? value / 100 : Math.round(value * scale))
