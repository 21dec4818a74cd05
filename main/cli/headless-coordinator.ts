import { flushCompileCache } from 'node:module'
import { join } from 'node:path'
import { WindfallError } from '../../shared/errors.ts'
import { type CoordinatorConfig, readCoordinatorConfig, secretsIn } from '../coordinator/config.ts'
import { type RunningCoordinator, startCoordinator } from '../coordinator/coordinator.ts'
import { systemClock } from '../kernel/clock.ts'
import { announce, readInstance } from '../kernel/instance-file.ts'
import { holdDirectory } from '../kernel/instance-lock.ts'
import { createLogger } from '../kernel/log.ts'
import { createRedaction } from '../kernel/hidden.ts'
import { type CommonOptions, dataDirectoryOf } from './command.ts'
import { readCoordinatorSettings, refuseSecret } from './coordinator-settings.ts'
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
  refuseSecret('--rpc', options.rpc, 'WINDFALL_RPC_URL')
  refuseSecret('--database', options.database, 'WINDFALL_DATABASE_URL')
  const given = {
    port: options.port,
    enrolment: options.enrolment,
    rpcUrls: options.rpc,
    database: options.database,
    logLevel: options.logLevel,
    ...(options.liveGrid ? {} : { liveGrid: false }),
  }
  const known = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
  const settings = readCoordinatorSettings(dataDirectory)
  const isNamed =
    'rpcUrls' in known || 'rpcUrls' in settings || 'rpcUrlsFile' in settings || ['', '_FILE'].some((way) => process.env[`WINDFALL_RPC_URL${way}`] !== undefined)
  const rpcUrls = isNamed ? undefined : foundChain(dataDirectory)
  if (!isNamed && rpcUrls === undefined)
    throw new WindfallError(
      'config.invalid',
      `A coordinator pays through Solana: give an endpoint with --rpc, or start a local chain first with: windfall localnet --data "${dataDirectory}"`,
    )
  const found = rpcUrls === undefined ? {} : { rpcUrls }
  return readCoordinatorConfig(process.env, { logLevel: 'warn', ...settings, ...found, ...known, dataDirectory: join(dataDirectory, 'coordinator') })
}

/** An error as it may be shown. */
const redacted = (error: unknown, clean: (text: string) => string): unknown =>
  error instanceof WindfallError ? new WindfallError(error.code, clean(error.message), { cause: error }) : error

/** A chain that was found may be gone by now, which has a better answer than “does not answer”; one that was named is named again, without what is secret in its address. */
async function start(config: CoordinatorConfig, dataDirectory: string, signal: AbortSignal): Promise<RunningCoordinator> {
  const secrets = secretsIn(config)
  try {
    return await startCoordinator(config, { clock: systemClock, log: createLogger('coordinator', config.logLevel, secrets) }, signal)
  } catch (caught) {
    const error = redacted(caught, createRedaction(secrets))
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
