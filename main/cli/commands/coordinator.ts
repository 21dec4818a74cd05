import { Command, Option } from 'commander'
import { Limits } from '../../coordinator/http/limits.ts'
import { action, createCommand, logLevelOption, port } from '../command.ts'
import { databaseOption } from '../database-option.ts'
import type { CoordinatorOptions } from '../headless-coordinator.ts'
import { coordinatorBackupCommand } from './coordinator-backup.ts'
import { coordinatorRestoreCommand } from './coordinator-restore.ts'
import { coordinatorStatusCommand } from './coordinator-status.ts'

const BORDER_HELP = `
TLS in this process, from files in PEM that are looked at again every half minute:
  WINDFALL_TLS_CERTIFICATE_FILE   certificate, with those above it
  WINDFALL_TLS_KEY_FILE           its key, readable by its owner only
  WINDFALL_TLS_CLIENT_CA_FILE     authority of a closed fleet: its nodes have to show a certificate by it
  WINDFALL_TLS_CLIENTS            who has to: nodes (default) or all

Reached from elsewhere:
  WINDFALL_COORDINATOR_HOST         address to listen on (default 127.0.0.1)
  WINDFALL_COORDINATOR_PUBLIC_URL   where browsers and agents find it, such as https://windfall.example
  WINDFALL_COORDINATOR_NAMES        what else agents call it, such as 10.0.0.5:7465; what nodes sign for other names is refused
  WINDFALL_COORDINATOR_TRUST_PROXY  behind how many proxies of yours it is (true: one)

Limits, in settings.json under coordinator.limits; what is not given there is:
${Object.entries(Limits.parse({}))
  .map(([name, value]) => `  ${name.padEnd(12)} ${JSON.stringify(value)}`)
  .join('\n')}
`

const run = (become: () => void) =>
  action<CoordinatorOptions>(
    createCommand('run', 'run a coordinator; what “windfall coordinator” does by itself')
      .option('--port <port>', 'HTTP port (default 7465); 0 finds a free one', port)
      .option(
        '--rpc <urls>',
        'Solana JSON-RPC endpoint, or several of one cluster separated by commas (or WINDFALL_RPC_URL); default: the local chain of this data directory',
      )
      .addOption(databaseOption())
      .addOption(
        new Option('--enrolment <who>', 'whether any machine may enrol, or only one with a token from: windfall node token create').choices(['open', 'token']),
      )
      .option('--no-live-grid', 'use only the grid data that ships with Windfall')
      .option('--test-funds', 'fill the hot wallet and the owner’s balance with worthless money of a local test chain')
      .addOption(logLevelOption())
      .addHelpText('after', BORDER_HELP),
    async (options, output) => {
      become()
      // Loaded by the process that stays.
      const { runCoordinator } = await import('../headless-coordinator.ts')
      await runCoordinator(options, output)
    },
  )

/** `windfall coordinator …`: the headless server. `become` puts a process made for it into the place of this one, where it can. */
export const coordinatorCommand = (become: () => void = () => undefined): Command =>
  new Command('coordinator')
    .description('run a coordinator: it matches jobs to nodes, checks proofs, issues receipts and pays')
    .addCommand(run(become), { isDefault: true })
    .addCommand(coordinatorStatusCommand())
    .addCommand(coordinatorBackupCommand())
    .addCommand(coordinatorRestoreCommand())
