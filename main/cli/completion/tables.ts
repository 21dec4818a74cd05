/** What the scripts of all shells hold: commands, options and values as flat lists, from the one definition. */
import { type CommandDefinition, type OptionDefinition, type Value, everyCommand } from '../definition.ts'
import { expectedOf } from './expected.ts'

export interface Word {
  readonly word: string
  /** One line. */
  readonly says: string
}

export interface CommandRow {
  /** `job show`; nothing for `windfall` itself. */
  readonly path: string
  readonly commands: readonly Word[]
  readonly options: readonly Word[]
  /** What stands for each argument: see {@link kindOf}. */
  readonly arguments: readonly string[]
  readonly isLastRepeated: boolean
  /** The path of what runs where no command is named. */
  readonly runs: string | null
}

/** An option that takes a value, and the commands where it takes this one. */
export interface OptionRow {
  readonly option: string
  readonly kind: string
  readonly takes: 'one' | 'many' | 'maybe'
  readonly paths: readonly string[]
}

const MAX_SAYS = 70

/** As much of a description as fits beside a word. */
function short(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ')
  const [first = ''] = line.split(/; |: | \(default/)
  return first.length <= MAX_SAYS ? first : `${first.slice(0, MAX_SAYS - 1)}…`
}

/** `=a b` for words to choose from, or which of `file`, `folder` and `ask` there are, joined by `+`; `-` for nothing. */
function kindOf(value: Value): string {
  const { words, files, folders, ids } = expectedOf(value)
  if (words.length > 0) return `=${words.join(' ')}`
  const kinds = [...(files ? ['file'] : []), ...(folders ? ['folder'] : []), ...(ids === null ? [] : ['ask'])]
  return kinds.join('+') || '-'
}

const wordsOf = (options: readonly OptionDefinition[]): Word[] =>
  options.flatMap(({ names, description }) => names.filter((name) => name.startsWith('--')).map((word) => ({ word, says: short(description) })))

const pathText = ({ path }: CommandDefinition): string => path.join(' ')

function rowOf(command: CommandDefinition): CommandRow {
  const ran = command.commands.find(({ path }) => path.at(-1) === command.byDefault)
  const own = wordsOf(command.options)
  const theirs = ran ? wordsOf(ran.options) : []
  return {
    path: pathText(command),
    commands: command.commands.map(({ path, description }) => ({ word: path.at(-1) ?? '', says: short(description) })),
    options: [...theirs, ...own.filter(({ word }) => !theirs.some((one) => one.word === word))],
    arguments: (ran ?? command).arguments.map(kindOf),
    isLastRepeated: (ran ?? command).arguments.at(-1)?.isVariadic === true,
    runs: ran ? pathText(ran) : null,
  }
}

export const commandRows = (program: CommandDefinition): CommandRow[] => everyCommand(program).map(rowOf)

/** Every option that takes a value, what is common first. */
export function optionRows(program: CommandDefinition): OptionRow[] {
  const found = new Map<string, OptionRow & { readonly paths: string[] }>()
  for (const above of everyCommand(program))
    for (const command of above === program ? [program, ...program.commands] : above.commands) {
      // Where nothing is named, the options of what runs by itself are taken as well.
      const paths = above.byDefault === command.path.at(-1) ? [pathText(command), pathText(above)] : [pathText(command)]
      for (const option of command.options) addOption(found, option, paths)
    }
  return [...found.values()].toSorted((a, b) => a.option.localeCompare(b.option) || b.paths.length - a.paths.length)
}

function addOption(found: Map<string, OptionRow & { readonly paths: string[] }>, { names, value }: OptionDefinition, paths: readonly string[]): void {
  if (value === null) return
  const [option, kind, takes] = [names.at(-1) ?? '', kindOf(value), takesOf(value)]
  const key = [option, kind, takes].join('\n')
  const row = found.get(key) ?? { option, kind, takes, paths: [] }
  row.paths.push(...paths)
  found.set(key, row)
}

const takesOf = ({ isRequired, isVariadic }: NonNullable<OptionDefinition['value']>): OptionRow['takes'] => (isVariadic ? 'many' : isRequired ? 'one' : 'maybe')
