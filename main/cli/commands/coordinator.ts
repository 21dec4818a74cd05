import { Command, Option } from 'commander'
import { action, createCommand, logLevelOption, port } from '../command.ts'
import { databaseOption } from '../database-option.ts'
import type { CoordinatorOptions } from '../headless-coordinator.ts'
import { coordinatorBackupCommand } from './coordinator-backup.ts'
import { coordinatorRestoreCommand } from './coordinator-restore.ts'
import { coordinatorStatusCommand } from './coordinator-status.ts'

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
      .addOption(logLevelOption()),
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
