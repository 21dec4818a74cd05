import { Command, CommanderError } from 'commander'
import { WindfallError, toProblem } from '../../shared/errors.ts'
import { packageVersion } from '../kernel/paths.ts'
import { honourProxies } from '../kernel/proxy.ts'
import { agentCommand } from './commands/agent.ts'
import { coordinatorCommand } from './commands/coordinator.ts'
import { decisionCommand } from './commands/decision.ts'
import { deviceCommand } from './commands/device.ts'
import { doctorCommand } from './commands/doctor.ts'
import { fleetCommand, pairCommand } from './commands/fleet.ts'
import { incidentCommand } from './commands/incident.ts'
import { jobCommand } from './commands/job.ts'
import { keyCommand } from './commands/key.ts'
import { ledgerCommand } from './commands/ledger.ts'
import { localnetCommand } from './commands/localnet.ts'
import { payoutCommand } from './commands/payout.ts'
import { proofCommand } from './commands/proof.ts'
import { receiptCommand } from './commands/receipt.ts'
import { reportCommand } from './commands/report.ts'
import { finishCommand, pauseCommand, resumeCommand, runAnywayCommand } from './commands/pause.ts'
import { statusCommand } from './commands/status.ts'
import { upCommand } from './commands/up.ts'
import { zoneCommand } from './commands/zone.ts'
import { EXIT, EXIT_HELP } from './exit-codes.ts'

/** The whole command line; exported so that a test can walk every command's help. */
export function createProgram(): Command {
  const program = new Command('windfall')
    .description('Pays people for the idle hours of their GPU, and runs those hours when the grid is green.')
    .version(packageVersion)
    .addHelpText('after', EXIT_HELP)
  for (const command of [
    upCommand(),
    agentCommand(),
    coordinatorCommand(),
    jobCommand(),
    receiptCommand(),
    proofCommand(),
    payoutCommand(),
    statusCommand(),
    reportCommand(),
    pauseCommand(),
    resumeCommand(),
    finishCommand(),
    runAnywayCommand(),
    deviceCommand(),
    zoneCommand(),
    fleetCommand(),
    pairCommand(),
    keyCommand(),
    incidentCommand(),
    decisionCommand(),
    ledgerCommand(),
    doctorCommand(),
    localnetCommand(),
  ])
    program.addCommand(command)
  // Commander's own exit codes do not tell wrong usage from a failed job.
  for (const command of commandsOf(program)) command.exitOverride()
  return program
}

const commandsOf = (command: Command): Command[] => [command, ...command.commands.flatMap(commandsOf)]

/** What commander has told people already, for programs. */
const wrongUsage = ({ message }: CommanderError): WindfallError => new WindfallError('input.invalid', message.replace(/^error: /, ''))

/** Runs one command line, through the proxies that the environment names, and sets the exit code. */
export async function main(argv: readonly string[]): Promise<void> {
  const forgetProxies = honourProxies(process.env)
  try {
    await createProgram().parseAsync(argv)
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    // Help and version end the same way as usage errors, with their own exit code.
    process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage
    if (error.exitCode !== 0 && argv.includes('--json')) process.stdout.write(`${JSON.stringify({ error: toProblem(wrongUsage(error)) })}\n`)
  } finally {
    forgetProxies()
  }
}
