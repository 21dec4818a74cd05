import { Command, CommanderError } from 'commander'
import { WindfallError, toProblem } from '../../shared/errors.ts'
import { packageVersion } from '../kernel/paths.ts'
import { honourProxies } from '../kernel/proxy.ts'
import { EXIT, EXIT_HELP } from './exit-codes.ts'

/** Commands by name, in the order of the help. */
export type Commands = Readonly<Record<string, () => Promise<Command>>>

/** A command line of these commands. */
export async function assembleProgram(commands: Commands): Promise<Command> {
  const program = new Command('windfall')
    .description('Pays people for the idle hours of their GPU, and runs those hours when the grid is green.')
    .version(packageVersion, '--version')
    .addHelpText('after', EXIT_HELP)
  for (const load of Object.values(commands)) program.addCommand(await load())
  // Commander's own exit codes do not tell wrong usage from a failed job.
  for (const command of commandsOf(program)) command.exitOverride()
  return program
}

const commandsOf = (command: Command): Command[] => [command, ...command.commands.flatMap(commandsOf)]

/** The one that is named, or all of them where the help or an error has to name them. */
function needed(commands: Commands, name = ''): Commands {
  const load = Object.hasOwn(commands, name) ? commands[name] : undefined
  return load ? { [name]: load } : commands
}

/** What commander has told people already, for programs. */
const wrongUsage = ({ message }: CommanderError): WindfallError => new WindfallError('input.invalid', message.replace(/^error: /, ''))

/** Runs one command line, through the proxies that the environment names, and sets the exit code. Only the command that is named is loaded. */
export async function runProgram(argv: readonly string[], commands: Commands): Promise<void> {
  const forgetProxies = honourProxies(process.env)
  try {
    const program = await assembleProgram(needed(commands, argv[2]))
    await program.parseAsync(argv)
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    // Help and version end the same way as usage errors, with their own exit code.
    process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage
    if (error.exitCode !== 0 && argv.includes('--json')) process.stdout.write(`${JSON.stringify({ error: toProblem(wrongUsage(error)) })}\n`)
  } finally {
    forgetProxies()
  }
}
