/** Manual pages: one for `windfall` and one for each of its commands. */
import { type ArgumentDefinition, type CommandDefinition, type OptionDefinition, everyCommand } from '../definition.ts'
import { toIso } from '../../../shared/units.ts'
import { EXIT_MEANINGS } from '../exit-codes.ts'
import { bold, entry, escaped, italic, paragraph, section, title, verbatim } from './roff.ts'

export interface ManualPage {
  /** `windfall-job-show.1`. */
  readonly name: string
  readonly text: string
}

/** What a page says of itself: the version it describes, and that version's day (`2026-11-22`; nothing where it is not known). */
export interface Edition {
  readonly version: string
  readonly date: string
}

/** The edition of this version; its day is the one that `SOURCE_DATE_EPOCH` (seconds) names, and none where nobody says. */
export function editionOf(version: string, env: NodeJS.ProcessEnv): Edition {
  const seconds = env['SOURCE_DATE_EPOCH'] ?? ''
  return { version, date: /^\d{1,11}$/.test(seconds) ? toIso(Number(seconds) * 1_000).slice(0, 10) : '' }
}

const ENVIRONMENT: readonly (readonly [string, string])[] = [
  ['WINDFALL_DATA', 'The data directory, unless --data says otherwise.'],
  ['WINDFALL_COORDINATOR', 'The coordinator that is asked, unless --coordinator says otherwise.'],
  ['WINDFALL_API_KEY', 'The API key to ask it with, unless --key says otherwise; WINDFALL_API_KEY_FILE names a file that holds it.'],
  ['NO_COLOR, TERM', 'Nothing is coloured. On a terminal that is dumb, nothing is redrawn in its place either.'],
  ['HTTPS_PROXY, HTTP_PROXY, NO_PROXY', 'The proxies through which others are asked.'],
]

const nameOf = ({ path }: Pick<CommandDefinition, 'path'>): string => ['windfall', ...path].join('-')

const valueWords = ({ name, isVariadic }: { readonly name: string; readonly isVariadic: boolean }): string => italic(`${name}${isVariadic ? '...' : ''}`)

function optionHead({ names, value }: OptionDefinition): string {
  const flags = names.map(bold).join(', ')
  if (value === null) return flags
  return value.isRequired ? `${flags} ${valueWords(value)}` : `${flags} [${valueWords(value)}]`
}

const argumentEntry = (argument: ArgumentDefinition): string[] => entry(valueWords(argument), argument.description)

function synopsis({ path, commands, arguments: given }: CommandDefinition): string[] {
  const words = [bold(['windfall', ...path].join(' ')), '[options]', ...given.map((one) => (one.isRequired ? valueWords(one) : `[${valueWords(one)}]`))]
  return ['.PP', commands.length > 0 ? [...words, italic('command')].join(' ') : words.join(' ')]
}

/** What else there is: the command above, those beside it, unless that would be all of them, and those below. */
function related(command: CommandDefinition, all: readonly CommandDefinition[]): string[] {
  const above = all.find(({ commands }) => commands.includes(command))
  const beside = above && above.path.length > 0 ? above.commands.filter((one) => one !== command) : []
  const names = [...(above ? [above] : []), ...beside, ...command.commands].map(nameOf)
  return names.map((name, at) => `.BR ${escaped(name)} (1)${at < names.length - 1 ? ',' : ''}`)
}

const examples = ({ examples: shown }: CommandDefinition): string[] => shown.flatMap(([does, line]) => [...paragraph(`${does}:`), ...verbatim([line])])

const exitCodes = (): string[] => EXIT_MEANINGS.flatMap(([code, meaning]) => entry(bold(String(code)), meaning))

function pageOf(command: CommandDefinition, all: readonly CommandDefinition[], { version, date }: Edition): string {
  const lines = [
    title(nameOf(command), { date, source: `Windfall ${version}` }),
    // No hyphenation and no justification: both break what is copied.
    '.nh',
    '.ad l',
    ...section('NAME', [`${escaped(nameOf(command))} \\- ${escaped(command.description.replace(/\.$/, ''))}`]),
    ...section('SYNOPSIS', synopsis(command)),
    ...section(
      'COMMANDS',
      command.commands.flatMap((below) => entry(bold(below.path.join(' ')), below.description)),
    ),
    ...section('ARGUMENTS', command.arguments.flatMap(argumentEntry)),
    ...section(
      'OPTIONS',
      command.options.flatMap((option) => entry(optionHead(option), option.description)),
    ),
    ...section('NOTES', command.notes.length === 0 ? [] : verbatim(command.notes)),
    ...section('EXAMPLES', examples(command)),
    ...section('ENVIRONMENT', command.path.length === 0 ? ENVIRONMENT.flatMap(([name, words]) => entry(bold(name), words)) : []),
    ...section('EXIT STATUS', exitCodes()),
    ...section('SEE ALSO', related(command, all)),
  ]
  return `${lines.join('\n')}\n`
}

/** A page for the program and one for each command of it, all of them ASCII. */
export function manualPages(program: CommandDefinition, edition: Edition): ManualPage[] {
  const all = everyCommand(program)
  return all.map((command) => ({ name: `${nameOf(command)}.1`, text: pageOf(command, all, edition) }))
}
