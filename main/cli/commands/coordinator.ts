import { join } from 'node:path'
import type { Command } from 'commander'
import { WindfallError } from '../../../shared/errors.ts'
import { readCoordinatorConfig } from '../../coordinator/config.ts'
import { startCoordinator } from '../../coordinator/coordinator.ts'
import { systemClock } from '../../kernel/clock.ts'
import { announce } from '../../kernel/instance-file.ts'
import { holdDirectory } from '../../kernel/instance-lock.ts'
import { createLogger } from '../../kernel/log.ts'
import { readSettings } from '../../kernel/settings-file.ts'
import { type CommonOptions, action, createCommand, dataDirectoryOf, logLevelOption, port } from '../command.ts'
import { stopOnSignals } from '../running.ts'
import { fundHotWallet } from '../test-funds.ts'

export interface CoordinatorOptions extends CommonOptions {
  readonly port?: number
  readonly rpc?: string
  readonly liveGrid: boolean
  readonly testFunds?: boolean
  readonly logLevel?: string
}

/** What a test requester may spend, once per data directory. */
export const TEST_DEPOSIT_MICRO_USD = 1_000_000_000n

/** `windfall coordinator`: the headless server. */
export const coordinatorCommand = (): Command =>
  action<CoordinatorOptions>(
    createCommand('coordinator', 'run a coordinator: it matches jobs to nodes, checks proofs, issues receipts and pays')
      .option('--port <port>', 'HTTP port (default 7465); 0 finds a free one', port)
      .option('--rpc <url>', 'Solana JSON-RPC endpoint (or WINDFALL_RPC_URL)')
      .option('--no-live-grid', 'use only the grid data that ships with Windfall')
      .option('--test-funds', 'fill the hot wallet and the owner’s balance with worthless money of a local test chain')
      .addOption(logLevelOption()),
    async (options, output) => {
      const dataDirectory = dataDirectoryOf(options)
      using _lock = holdDirectory(dataDirectory, 'coordinator')
      const config = coordinatorConfig(options, dataDirectory)
      using stop = stopOnSignals(output.progress)
      const coordinator = await startCoordinator(config, { clock: systemClock, log: createLogger('coordinator', config.logLevel) }, stop.signal)
      const { url, apiKey, cluster, hotWallet } = coordinator
      if (options.testFunds) {
        await fundHotWallet(config.rpcUrl, hotWallet)
        await coordinator.deposit('test-funds', TEST_DEPOSIT_MICRO_USD)
      }
      announce(dataDirectory, { coordinator: { url, apiKey }, chain: { rpcUrl: config.rpcUrl, cluster } })
      output.answer({ url, cluster, hotWallet }, () => [`Coordinator ${url} on ${cluster}`, `Hot wallet  ${hotWallet}`, `OpenAPI     ${url}/openapi.json`])
      await coordinator.closed
    },
  )

function coordinatorConfig(options: CoordinatorOptions, dataDirectory: string) {
  const given = { port: options.port, rpcUrl: options.rpc, logLevel: options.logLevel, ...(options.liveGrid ? {} : { liveGrid: false }) }
  const known = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
  const settings = readSettings(dataDirectory).coordinator
  if (!('rpcUrl' in known) && !('rpcUrl' in settings) && !process.env['WINDFALL_RPC_URL'])
    throw new WindfallError('config.invalid', 'A coordinator pays through Solana: give an endpoint with --rpc, or start a local one with: windfall localnet')
  return readCoordinatorConfig(process.env, { logLevel: 'warn', ...settings, ...known, dataDirectory: join(dataDirectory, 'coordinator') })
}
