/** The owner's rules by name, as they are typed and shown on a command line. */
import { type OwnerRules, type RuleKey, type RulesView, changedRules } from '../../shared/contract/owner-rules.ts'
import { WindfallError } from '../../shared/errors.ts'
import { parseGate } from './agent-options.ts'
import { hoursText, parseHours } from './power-options.ts'
import { table } from './output.ts'

export interface NamedRule {
  readonly name: string
  readonly key: RuleKey
  readonly what: string
  /** Which values it takes, in words. */
  readonly values: string
  readonly show: (rules: OwnerRules) => string
  /** The rules with this one as the text says. Error: `input.invalid`. */
  readonly read: (text: string, rules: OwnerRules) => OwnerRules
  /** The rules with this one as the settings file and the options have it. */
  readonly back: (rules: OwnerRules, settings: OwnerRules) => OwnerRules
}

const GIB = 1_073_741_824

const backTo =
  (key: RuleKey): NamedRule['back'] =>
  (rules, settings) => ({ ...rules, [key]: settings[key] })

type KeysOf<T> = { [K in RuleKey]: OwnerRules[K] extends T ? K : never }[RuleKey]

const refuse = (text: string, { name, values }: Pick<NamedRule, 'name' | 'values'>): never => {
  throw new WindfallError('input.invalid', `“${text}” is no value for ${name}. Give ${values}.`)
}

function toggle(name: string, key: KeysOf<boolean>, what: string): NamedRule {
  const rule = { name, key, what, values: 'on or off', back: backTo(key) }
  const read = (text: string) => (text === 'on' ? true : text === 'off' ? false : refuse(text, rule))
  return { ...rule, show: (rules) => (rules[key] ? 'on' : 'off'), read: (text, rules) => ({ ...rules, [key]: read(text) }) }
}

interface Range {
  readonly unit: string
  readonly from: number
  readonly to: number
  /** How many of these one of the setting's units is. */
  readonly per?: number
}

function number(name: string, key: KeysOf<number>, { what, unit, from, to, per = 1 }: Range & Pick<NamedRule, 'what'>): NamedRule {
  const isWhole = unit === 's' || unit === 'ms'
  const rule = { name, key, what, values: `a ${isWhole ? 'whole ' : ''}number from ${from} to ${to}, in ${unit}`, back: backTo(key) }
  const typed = isWhole ? /^\d{1,6}$/ : /^\d{1,6}(?:\.\d{1,3})?$/
  const kept = (value: number): number => (unit === 'GiB' ? Math.round(value / per) : value / per)
  const read = (text: string): number => (typed.test(text) && Number(text) >= from && Number(text) <= to ? kept(Number(text)) : refuse(text, rule))
  return { ...rule, show: (rules) => `${Number((rules[key] * per).toFixed(3))} ${unit}`, read: (text, rules) => ({ ...rules, [key]: read(text) }) }
}

const programsIn = (text: string): string[] => (text === 'none' ? [] : text.split(',').map((part) => part.trim()))

function games(name: string, list: keyof OwnerRules['games'], what: string): NamedRule {
  const rule = { name, key: 'games' as const, what, values: 'names of programs or parts of their paths with commas between them, or none' }
  return {
    ...rule,
    show: (rules) => rules.games[list].join(',') || 'none',
    back: (rules, settings) => ({ ...rules, games: { ...rules.games, [list]: settings.games[list] } }),
    read: (text, rules) =>
      programsIn(text).every((part) => part.length > 0 && part.length <= 200) && programsIn(text).length <= 200
        ? { ...rules, games: { ...rules.games, [list]: programsIn(text) } }
        : refuse(text, rule),
  }
}

const gateText = ({ gate }: OwnerRules): string =>
  gate.kind === 'absolute' ? `below:${gate.maxGPerKWh}` : gate.kind === 'percentile' ? `percentile:${gate.percentile}` : gate.kind
const localZone = (): string => new Intl.DateTimeFormat().resolvedOptions().timeZone
const scheduleText = ({ schedule }: OwnerRules): string =>
  schedule === null ? 'always' : `${hoursText(schedule)}${schedule.timeZone === localZone() ? '' : ` (${schedule.timeZone})`}`

export const RULES: readonly NamedRule[] = [
  {
    name: 'gate',
    key: 'gate',
    what: 'when the grid is green enough',
    values: 'planned, always, below:GRAMS or percentile:N',
    show: gateText,
    back: backTo('gate'),
    read: (text, rules) => ({ ...rules, gate: parseGate(text, 'gate') }),
  },
  {
    name: 'hours',
    key: 'schedule',
    what: 'hours of the week in which jobs may run',
    values: 'always, or stretches such as mon-fri:22:00-07:00,sat-sun:00:00-00:00, by the clock of this machine',
    show: scheduleText,
    back: backTo('schedule'),
    read: (text, rules) => ({ ...rules, schedule: parseHours(text, localZone(), 'hours') }),
  },
  toggle('only-if-earning', 'onlyIfEarning', 'only jobs that earn more than their electricity costs'),
  toggle('dedicated', 'dedicated', 'nobody sits at this machine, so nobody is looked for'),
  toggle('also-when-present', 'alsoWhenPresent', 'also while you use this machine, on mains only'),
  number('idle-start', 'idleStartS', { what: 'only when nobody has touched this machine for so long', unit: 's', from: 10, to: 86_400 }),
  number('idle-locked', 'idleLockedS', { what: 'the same while the screen is locked', unit: 's', from: 10, to: 86_400 }),
  toggle('also-when-media-plays', 'alsoWhenMediaPlays', 'also while a program keeps the screen on'),
  number('game-cooldown', 'gameCooldownS', { what: 'rest after a game', unit: 's', from: 0, to: 3_600 }),
  games('games-also', 'also', 'programs that count as games, too'),
  games('games-never', 'never', 'programs that never count as games'),
  toggle('allow-battery', 'allowBattery', 'also on battery'),
  number('others-below', 'othersBelowShare', { what: 'only while other programs use less of the processor', unit: '%', from: 5, to: 100, per: 100 }),
  number('spare-vram', 'spareVramBytes', { what: 'GPU memory that stays free for your programs', unit: 'GiB', from: 0, to: 1_024, per: 1 / GIB }),
  number('start-below', 'startBelowC', { what: 'begin only while the GPU is cooler', unit: '°C', from: 30, to: 110 }),
  number('stop-above', 'stopAboveC', { what: 'stop when the GPU is hotter', unit: '°C', from: 30, to: 110 }),
  toggle('fetch-on-metered', 'fetchOnMetered', 'fetch images and modules over a metered network, too'),
  number('quiet-after-input', 'quietAfterInputS', { what: 'a job that rests after a touch goes on after so long without one', unit: 's', from: 1, to: 300 }),
  number('grace', 'graceMs', { what: 'a job that has to go may save its work for so long', unit: 'ms', from: 0, to: 1_500 }),
  number('cooldown', 'cooldownS', { what: 'rest after work had to stop', unit: 's', from: 0, to: 3_600 }),
  number('wake-cooldown', 'wakeCooldownS', { what: 'rest after this machine woke up', unit: 's', from: 0, to: 3_600 }),
]

/** Error: `input.invalid`, naming those that there are. */
export function findRule(name: string): NamedRule {
  const found = RULES.find((rule) => rule.name === name)
  if (found) return found
  throw new WindfallError('input.invalid', `There is no rule “${name}”. The rules are ${RULES.map((rule) => rule.name).join(', ')}.`)
}

const differs = ({ show }: NamedRule, { rules, settings }: RulesView): boolean => show(rules) !== show(settings)

/** Every rule: what holds, and what the settings file and the options say where that is something else. */
export const describeRules = (view: RulesView): string[] => [
  ...table([
    ['rule', 'holds', 'settings and options say', 'what it is about'],
    ...RULES.map((rule) => [rule.name, rule.show(view.rules), differs(rule, view) ? rule.show(view.settings) : '', rule.what]),
  ]),
  '',
  view.setBy === 'settings'
    ? 'All as settings.json and the options of the agent say. Change one: windfall rule set RULE VALUE'
    : 'Set in the window or by “windfall rule”. Go back to what settings.json and the options say: windfall rule reset [RULE]',
]

/** Which rules hold instead of those that the settings file and the options say, in a line of the status; none where none does. */
export function overruledLines(view: RulesView): string[] {
  const keys = new Set(changedRules(view))
  const names = RULES.filter((rule) => keys.has(rule.key) && differs(rule, view)).map(({ name }) => name)
  return names.length === 0
    ? []
    : [`rules         ${names.join(', ')}: as set in the window or by “windfall rule”, not as settings.json and the options say. See: windfall rule list`]
}
