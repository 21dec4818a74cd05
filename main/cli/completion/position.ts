/** Where on a command line somebody is. Each shell's script finds its way as this does, so that all say the same. */
import type { CommandDefinition, OptionDefinition, Value } from '../definition.ts'

/** What can be typed next. */
export interface Position {
  readonly command: CommandDefinition
  readonly commands: readonly CommandDefinition[]
  readonly options: readonly OptionDefinition[]
  /** The value that is due, of an option or in an argument's place. */
  readonly value: Value | null
  /** What stands before the value in the same word, as in `--state=`. */
  readonly before: string
}

interface Walk {
  readonly command: CommandDefinition
  /** How many arguments there were. */
  readonly given: number
  /** The option whose value comes next. */
  readonly open: OptionDefinition | null
  /** Its value has come or need not: it may come to an end. */
  readonly mayEnd: boolean
  /** After `--` nothing is an option. */
  readonly isLiteral: boolean
}

/** What runs where no command below is named. */
const ranBy = (command: CommandDefinition): CommandDefinition => command.commands.find(({ path }) => path.at(-1) === command.byDefault) ?? command

const optionsOf = (command: CommandDefinition): readonly OptionDefinition[] =>
  ranBy(command) === command ? command.options : [...ranBy(command).options, ...command.options].filter(isFirst)

const isFirst = (option: OptionDefinition, at: number, all: readonly OptionDefinition[]): boolean =>
  all.findIndex(({ names }) => names.at(-1) === option.names.at(-1)) === at

const optionNamed = (command: CommandDefinition, name: string): OptionDefinition | null => optionsOf(command).find(({ names }) => names.includes(name)) ?? null

function afterOption(walk: Walk, word: string): Walk {
  const found = word.includes('=') ? null : optionNamed(walk.command, word)
  const command = walk.command.options.some(({ names }) => names.includes(word)) ? walk.command : ranBy(walk.command)
  const open = found?.value ? found : null
  return { ...walk, command, open, mayEnd: open?.value?.isRequired === false }
}

function afterWord(walk: Walk, word: string): Walk {
  const below = walk.given === 0 ? walk.command.commands.find(({ path }) => path.at(-1) === word) : undefined
  return below ? { ...walk, command: below } : { ...walk, command: ranBy(walk.command), given: walk.given + 1 }
}

function step(walk: Walk, word: string): Walk {
  const isOption = !walk.isLiteral && word.startsWith('-') && word !== '-'
  if (walk.open && !(walk.mayEnd && isOption)) return { ...walk, open: walk.open.value?.isVariadic ? walk.open : null, mayEnd: true }
  const closed = { ...walk, open: null }
  if (!walk.isLiteral && word === '--') return { ...closed, isLiteral: true }
  return isOption ? afterOption(closed, word) : afterWord(closed, word)
}

const argumentAt = ({ arguments: all }: CommandDefinition, at: number): Value | null => all[at] ?? (all.at(-1)?.isVariadic ? (all.at(-1) ?? null) : null)

/** What the last of these words may become; `windfall` is not one of them. */
export function positionAt(program: CommandDefinition, words: readonly string[]): Position {
  const current = words.at(-1) ?? ''
  const walk = words.slice(0, -1).reduce(step, { command: program, given: 0, open: null, mayEnd: false, isLiteral: false } satisfies Walk as Walk)
  const { command, given, open, mayEnd, isLiteral } = walk
  const nothing = { command, commands: [], options: [], value: null, before: '' }
  const isOption = !isLiteral && current.startsWith('-')
  if (open && !(mayEnd && isOption)) return { ...nothing, value: open.value }
  const name = /^(--[^=]+)=/.exec(current)?.[1]
  if (isOption && name !== undefined) return { ...nothing, value: optionNamed(command, name)?.value ?? null, before: `${name}=` }
  if (isOption) return { ...nothing, options: optionsOf(command) }
  const commands = given === 0 && !isLiteral ? command.commands : []
  return { ...nothing, commands, value: argumentAt(ranBy(command), given) }
}
