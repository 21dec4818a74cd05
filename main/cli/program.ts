import { Command, CommanderError } from 'commander'
import { WindfallError, toProblem } from '../../shared/errors.ts'
import { packageVersion } from '../kernel/paths.ts'
import { honourProxies } from '../kernel/proxy.ts'
import { EXIT, EXIT_HELP } from './exit-codes.ts'
import { forTerminal, jsonForTerminal } from './terminal-text.ts'
import { examplesHelp } from './examples.ts'
import { pathOf } from './definition.ts'

/** Commands by name, in the order of the help. */
export type Commands = Readonly<Record<string, () => Promise<Command>>>

/** What is wrong with a command line, and where to read what is right, in one line. */
function usageSentence(message: string, command: Command): string {
  const [wrong = '', ...suggestions] = message
    .replace(/^error: /, '')
    .trim()
    .split('\n')
  const hints = suggestions.map((text) => text.replace(/^\((.*)\)$/, '$1'))
  const words = [wrong.replace(/[^.?!]$/, '$&.'), ...hints, `See: ${['windfall', ...pathOf(command)].join(' ')} --help`]
  return words.join(' ')
}

/** A command line of these commands. `refuse` is told what is wrong with one that cannot be read. */
export async function assembleProgram(commands: Commands, refuse: (sentence: string) => void = () => undefined): Promise<Command> {
  const program = new Command('windfall')
    .description('Pays people for the idle hours of their GPU, and runs those hours when the grid is green.')
    .version(packageVersion, '--version')
    // Of a command and of all commands below it.
    .addHelpText('afterAll', ({ command }) => [...examplesHelp(pathOf(command)), ...(isLeaf(command) ? [EXIT_HELP] : [])].join('\n'))
  for (const [name, load] of Object.entries(commands)) program.addCommand(await load(), { hidden: name.startsWith('__') })
  // Commander's own exit codes do not tell wrong usage from a failed job.
  for (const command of commandsOf(program)) command.exitOverride().configureOutput({ outputError: (message) => refuse(usageSentence(message, command)) })
  return program
}

/** Whatever can run, and the program as a whole. */
const isLeaf = (command: Command): boolean => command.parent === null || command.commands.length === 0

const commandsOf = (command: Command): Command[] => [command, ...command.commands.flatMap(commandsOf)]

/** The one that is named, or all of them where the help or an error has to name them. */
export function needed(commands: Commands, name = ''): Commands {
  const load = Object.hasOwn(commands, name) ? commands[name] : undefined
  return load ? { [name]: load } : commands
}

/** Runs one command line, through the proxies that the environment names, and sets the exit code. Only the command that is named is loaded. */
export async function runProgram(argv: readonly string[], commands: Commands): Promise<void> {
  const forgetProxies = honourProxies(process.env)
  let refusal: string | null = null
  try {
    const program = await assembleProgram(needed(commands, argv[2]), (sentence) => {
      refusal = sentence
      process.stderr.write(`windfall: ${forTerminal(sentence)}\n`)
    })
    await program.parseAsync(argv)
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    // Help and version end the same way as usage errors, with their own exit code.
    process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage
    if (refusal !== null && argv.includes('--json'))
      process.stdout.write(`${jsonForTerminal({ error: toProblem(new WindfallError('input.invalid', refusal)) })}\n`)
  } finally {
    forgetProxies()
  }
}
