/** The owner's rules as sentences: “Only when …” is what a rule says, never what it allows. */
import { DEFAULT_RULES, type OwnerRules } from '../../shared/contract/owner-rules.ts'
import { t, tParts } from '../../shared/i18n/translate.ts'
import { typedNumber } from './typed-number.ts'

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
  /** The sentence, without its full stop, around whatever stands for its number. */
  readonly say: <T>(number: T) => readonly (string | T)[]
  readonly unit: string
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

type Range = Pick<NumberRule, 'unit' | 'scale' | 'from' | 'to'>

const number = (key: NumberKey, say: NumberRule['say'], range: Range): NumberRule => ({ is: 'number', key, say, ...range })

const MINUTES: Range = { unit: 'min', scale: 60, from: 0, to: 60 }
const SECONDS: Range = { unit: 's', scale: 1, from: 0, to: 3_600 }
const CELSIUS: Range = { unit: '°C', scale: 1, from: 30, to: 110 }
const GIB = 1_073_741_824

export const RULE_GROUPS: readonly RuleGroup[] = [
  {
    id: 'away',
    title: t('When you are away'),
    rules: [
      toggle('dedicated', t('Nobody sits at this computer'), {
        note: t('For machines in a rack or a farm: the rules about you being away have no effect then.'),
      }),
      toggle('alsoWhenPresent', t('Only when I am away'), { inverted: true, note: t('Games, films and other users of the GPU come first either way.') }),
      number('idleStartS', (number) => tParts('Only when nobody has touched this computer for {number} min', { number }), { ...MINUTES, from: 1, to: 1_440 }),
      number('idleLockedS', (number) => tParts('While the screen is locked, for {number} min', { number }), { ...MINUTES, from: 1, to: 1_440 }),
      toggle('alsoWhenMediaPlays', t('Not while a program keeps the screen on, as players of films do'), { inverted: true }),
      number('gameCooldownS', (number) => tParts('After a game, rest for {number} min', { number }), MINUTES),
      { is: 'games', text: t('Programs that count as games, and those that do not') },
    ],
  },
  {
    id: 'hours',
    title: t('Hours'),
    rules: [{ is: 'hours', text: t('Only at these hours of the week') }],
  },
  {
    id: 'energy',
    title: t('Energy and money'),
    rules: [
      { is: 'gate', text: t('How green the grid has to be') },
      toggle('onlyIfEarning', t('Only jobs that earn more than their electricity costs'), {
        note: t('Needs what your electricity costs; you say that under Earnings.'),
      }),
      toggle('allowBattery', t('Only on mains power'), { inverted: true }),
    ],
  },
  {
    id: 'room',
    title: t('Room for your own programs'),
    rules: [
      number('othersBelowShare', (number) => tParts('Only while other programs use less than {number}% of the processor', { number }), {
        unit: '%',
        scale: 0.01,
        from: 5,
        to: 100,
      }),
      number('spareVramBytes', (number) => tParts('Keep free {number} GiB of the GPU’s memory for my programs', { number }), {
        unit: 'GiB',
        scale: GIB,
        from: 0,
        to: 1_024,
      }),
      number('startBelowC', (number) => tParts('Begin only while the GPU is below {number} °C', { number }), CELSIUS),
      number('stopAboveC', (number) => tParts('Stop when the GPU is above {number} °C', { number }), CELSIUS),
      toggle('fetchOnMetered', t('Fetch nothing over a metered network'), { inverted: true }),
    ],
  },
  {
    id: 'giving-back',
    title: t('Giving the computer back'),
    rules: [
      number('quietAfterInputS', (number) => tParts('A touch makes a job rest; it goes on after {number} s without one', { number }), {
        ...SECONDS,
        from: 1,
        to: 300,
      }),
      number('graceMs', (number) => tParts('A job that has to go may save its work for {number} s', { number }), { ...SECONDS, scale: 1_000, to: 1.5 }),
      number('cooldownS', (number) => tParts('Rest after work had to stop for {number} s', { number }), SECONDS),
      number('wakeCooldownS', (number) => tParts('Rest after this computer woke up for {number} s', { number }), SECONDS),
    ],
  },
]

/** What a rule says, for whoever looks for it. */
export const textOf = (rule: Rule): string => (rule.is === 'number' ? rule.say('…').join('') : rule.text)

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

const inWords = ({ from, to, unit }: Range) => ({ from: typedNumber(from), to: typedNumber(to), unit })
const wholeProblem = (range: Range): string => t('Give a whole number from {from} to {to} {unit}.', inWords(range))
const anyProblem = (range: Range): string => t('Give a number from {from} to {to} {unit}.', inWords(range))

/** What was typed into a sentence, in its units; or what to type instead. */
export function parseRuleNumber(rule: NumberRule, text: string): number | { readonly problem: string } {
  const value = TYPED.test(text) ? Number(text.replace(',', '.')) : Number.NaN
  const fits = value >= rule.from && value <= rule.to && (!isWhole(rule) || Number.isInteger(value))
  return fits ? value : { problem: isWhole(rule) ? wholeProblem(rule) : anyProblem(rule) }
}

/** In the units of the setting, which is whole but for a share. */
export const numberSetting = ({ scale }: NumberRule, value: number): number => (scale === 0.01 ? value / 100 : Math.round(value * scale))
