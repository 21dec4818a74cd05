import { flushCompileCache } from 'node:module'
import { join } from 'node:path'
import { WindfallError } from '../../shared/errors.ts'
import { type CoordinatorConfig, readCoordinatorConfig } from '../coordinator/config.ts'
import { type RunningCoordinator, startCoordinator } from '../coordinator/coordinator.ts'
import { systemClock } from '../kernel/clock.ts'
import { announce, readInstance } from '../kernel/instance-file.ts'
import { holdDirectory } from '../kernel/instance-lock.ts'
import { createLogger } from '../kernel/log.ts'
import { readSettings } from '../kernel/settings-file.ts'
import { type CommonOptions, dataDirectoryOf } from './command.ts'
import type { Output } from './output.ts'
import { stopOnSignals } from './running.ts'
import { TEST_DEPOSIT_MICRO_USD, fundHotWallet } from './test-funds.ts'

export interface CoordinatorOptions extends CommonOptions {
  readonly port?: number
  readonly enrolment?: 'open' | 'token'
  readonly rpc?: string
  readonly database?: string
  readonly liveGrid: boolean
  readonly testFunds?: boolean
  readonly logLevel?: string
}

/** Runs the coordinator of a data directory until it is told to stop. Errors: `instance.running`, `config.invalid`, and what starting it throws. */
export async function runCoordinator(options: CoordinatorOptions, output: Output): Promise<void> {
  const dataDirectory = dataDirectoryOf(options)
  using _lock = holdDirectory(dataDirectory, 'coordinator')
  const config = coordinatorConfig(options, dataDirectory)
  using stop = stopOnSignals(output.progress)
  const coordinator = await start(config, dataDirectory, stop.signal)
  const { url, apiKey, cluster, hotWallet } = coordinator
  const [rpcUrl] = config.rpcUrls
  if (options.testFunds) {
    await fundHotWallet(rpcUrl, hotWallet)
    await coordinator.deposit('test-funds', TEST_DEPOSIT_MICRO_USD)
  }
  announce(dataDirectory, { coordinator: { url, apiKey }, chain: { rpcUrl, cluster } })
  output.answer({ url, cluster, hotWallet }, () => [`Coordinator ${url} on ${cluster}`, `Hot wallet  ${hotWallet}`, `OpenAPI     ${url}/openapi.json`])
  // A process that is killed would leave nothing of what it compiled to the next one.
  flushCompileCache()
  await coordinator.closed
}

/** The local chain that `windfall localnet` or `windfall up` last ran on this data directory; public clusters are named, never found. */
const foundChain = (dataDirectory: string): string | undefined => {
  const chain = readInstance(dataDirectory)?.chain
  return chain?.cluster === 'localnet' ? chain.rpcUrl : undefined
}

function coordinatorConfig(options: CoordinatorOptions, dataDirectory: string): CoordinatorConfig {
  const given = {
    port: options.port,
    enrolment: options.enrolment,
    rpcUrls: options.rpc,
    database: options.database,
    logLevel: options.logLevel,
    ...(options.liveGrid ? {} : { liveGrid: false }),
  }
  const known = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
  const settings = readSettings(dataDirectory).coordinator
  const isNamed = 'rpcUrls' in known || 'rpcUrls' in settings || process.env['WINDFALL_RPC_URL'] !== undefined
  const rpcUrls = isNamed ? undefined : foundChain(dataDirectory)
  if (!isNamed && rpcUrls === undefined)
    throw new WindfallError(
      'config.invalid',
      `A coordinator pays through Solana: give an endpoint with --rpc, or start a local chain first with: windfall localnet --data "${dataDirectory}"`,
    )
  const found = rpcUrls === undefined ? {} : { rpcUrls }
  return readCoordinatorConfig(process.env, { logLevel: 'warn', ...settings, ...found, ...known, dataDirectory: join(dataDirectory, 'coordinator') })
}

/** A chain that was found may be gone by now, which has a better answer than “does not answer”; one that was named is named again, without what is secret in its address. */
async function start(config: CoordinatorConfig, dataDirectory: string, signal: AbortSignal): Promise<RunningCoordinator> {
  try {
    return await startCoordinator(config, { clock: systemClock, log: createLogger('coordinator', config.logLevel) }, signal)
  } catch (error) {
    const [rpcUrl] = config.rpcUrls
    if (!(error instanceof WindfallError) || error.code !== 'chain.unavailable') throw error
    if (rpcUrl !== foundChain(dataDirectory)) {
      const hosts = config.rpcUrls.map((url) => new URL(url).host).join(', ')
      throw new WindfallError('chain.unavailable', `${error.message} No coordinator starts without its chain; asked: ${hosts}.`, { cause: error })
    }
    throw new WindfallError(
      'chain.unavailable',
      `The local chain of this data directory (${rpcUrl}) does not run any more. Start it with: windfall localnet --data "${dataDirectory}"; or give another endpoint with --rpc.`,
      { cause: error },
    )
  }
}
