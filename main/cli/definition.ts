/** Every command as plain data, read from the definition by which it runs: help, completion and manual pages say what it says. */
import type { Argument, Command, Help, Option } from 'commander'
import { examplesOf } from './examples.ts'
import type { Example } from './examples/examples.ts'

/** What follows an option, or stands in the place of an argument. */
export interface Value {
  /** What it is, such as `job` or `file`: completion knows by it what there is to choose from. */
  readonly name: string
  readonly isVariadic: boolean
  readonly choices: readonly string[]
}

export interface OptionDefinition {
  /** Every way to write it: `--json`, or `-h` and `--help`. */
  readonly names: readonly string[]
  readonly description: string
  /** `null` for a switch. */
  readonly value: (Value & { readonly isRequired: boolean }) | null
}

export interface ArgumentDefinition extends Value {
  readonly isRequired: boolean
  readonly description: string
}

export interface CommandDefinition {
  /** Below `windfall`, which is the empty path itself. */
  readonly path: readonly string[]
  readonly description: string
  /** `windfall job show [options] <job>`. */
  readonly usage: string
  readonly arguments: readonly ArgumentDefinition[]
  readonly options: readonly OptionDefinition[]
  /** What the help says beyond all that, in lines as they are to be shown. */
  readonly notes: readonly string[]
  readonly examples: readonly Example[]
  readonly commands: readonly CommandDefinition[]
  /** Which of them it runs where none is named. */
  readonly byDefault: string | null
}

/** The words that lead to a command, without `windfall`. */
export const pathOf = (command: Command): readonly string[] => (command.parent ? [...pathOf(command.parent), command.name()] : [])

const placeholder = (flags: string): string => /[<[]([^>\]]+)[>\]]/.exec(flags)?.[1]?.replace(/\.\.\.$/, '') ?? ''

function optionOf(help: Help, option: Option): OptionDefinition {
  const takesValue = option.required || option.optional
  return {
    names: [option.short, option.long].filter((name) => name !== undefined),
    description: help.optionDescription(option),
    value: takesValue ? { name: placeholder(option.flags), isRequired: option.required, isVariadic: option.variadic, choices: option.argChoices ?? [] } : null,
  }
}

const argumentOf = (help: Help, argument: Argument): ArgumentDefinition => ({
  name: argument.name(),
  isRequired: argument.required,
  isVariadic: argument.variadic,
  choices: argument.argChoices ?? [],
  description: help.argumentDescription(argument),
})

/** What the help says after the list of options: it is printed by commander only, so it is taken from what is printed. */
function notesOf(command: Command): string[] {
  const printed: string[] = []
  const before = command.configureOutput()
  command.configureOutput({ ...before, writeOut: (text) => printed.push(text) })
  const { parent } = command
  // What every command says comes from the program, and is not this one's own.
  command.parent = null
  try {
    const form = command.helpInformation()
    command.outputHelp()
    return printed.join('').slice(form.length).trim().split('\n')
  } finally {
    command.parent = parent
    command.configureOutput(before)
  }
}

/** Commander keeps it and shows it to nobody. */
const defaultOf = (command: Command): string | null => (command as Command & { readonly _defaultCommandName?: string | null })._defaultCommandName ?? null

/** A command and everything below it, but for what is hidden. */
export function defineCommand(command: Command): CommandDefinition {
  const help = command.createHelp()
  const shown = new Set(help.visibleCommands(command))
  return {
    path: pathOf(command),
    description: command.description(),
    usage: help.commandUsage(command),
    arguments: command.registeredArguments.map((argument) => argumentOf(help, argument)),
    options: help.visibleOptions(command).map((option) => optionOf(help, option)),
    notes: command.parent === null ? [] : notesOf(command).filter((line, at, all) => line !== '' || all.length > 1 || at > 0),
    examples: examplesOf(pathOf(command)),
    commands: command.commands.filter((below) => shown.has(below)).map(defineCommand),
    byDefault: defaultOf(command),
  }
}

/** A command and all those below it, from the top. */
export const everyCommand = (definition: CommandDefinition): CommandDefinition[] => [definition, ...definition.commands.flatMap(everyCommand)]
