import { WindfallError, messageOf } from '../../shared/errors.ts'
import type { Clock } from '../kernel/clock.ts'
import { packageVersion } from '../kernel/paths.ts'
import type { CoordinatorConfig } from './config.ts'
import type { Core } from './core.ts'
import type { CoordinatorEvents } from './events.ts'
import { createHandlers } from './http/handlers.ts'
import type { CoordinatorParts } from './http/parts.ts'
import { createHttpServer } from './http/server.ts'
import type { Incidents } from './incidents/incidents.ts'
import { type Db, ping } from './persistence/database.ts'
import { bundleOf } from './receipts/read.ts'
import type { Secrets } from './secrets.ts'

interface AppParts {
  readonly config: CoordinatorConfig
  readonly clock: Clock
  readonly db: Db
  readonly core: Core
  readonly incidents: Incidents
  readonly replicas: CoordinatorParts['replicas']
  readonly grid: CoordinatorParts['grid']
  readonly ledger: CoordinatorParts['ledger']
  readonly payouts: CoordinatorParts['payouts']
  readonly deposits: CoordinatorParts['deposits']
  readonly vaults: CoordinatorParts['vaults']
  readonly log: CoordinatorParts['log']
  readonly exports: CoordinatorParts['exports']
  readonly evidence: CoordinatorParts['evidence']
  readonly secrets: Secrets
  readonly cluster: string
  readonly events: CoordinatorEvents
}

/** The HTTP border over everything that answers it; not yet listening. */
export function createApp({
  config,
  clock,
  db,
  core,
  incidents,
  replicas,
  grid,
  ledger,
  payouts,
  deposits,
  vaults,
  log,
  exports,
  evidence,
  secrets,
  cluster,
  events,
}: AppParts) {
  const { receiptSigner, logSigner, wallet } = secrets
  return createHttpServer({
    clock,
    version: packageVersion,
    access: core.access,
    blobs: core.blobs,
    checkpoints: core.checkpoints,
    inputs: core.inputs,
    results: core.parts.results,
    exports,
    links: core.parts.wallets,
    host: config.host,
    trustProxy: config.trustProxy,
    limits: config.limits,
    handIn: core.intake.door.enter,
    onFailure: (error, { method, path }) => events.requestFailed(method, path, messageOf(error)),
    handlers: createHandlers({
      clock,
      version: packageVersion,
      ...core.parts,
      incidents,
      replicas,
      health: () =>
        ping(db).then(
          () => 'ok' as const,
          () => 'degraded' as const,
        ),
      keys: () => ({ receiptKey: receiptSigner.publicJwk, logKey: logSigner.publicJwk, logId: logSigner.keyId, cluster, hotWallet: wallet.address }),
      receipts: {
        get: (receiptId) => bundleOf(db, receiptId),
      },
      log,
      exports,
      evidence,
      ledger,
      payouts,
      deposits,
      vaults,
      grid,
    }),
  })
}

/** Returns the address. Error: `config.invalid` if it cannot be had. */
export async function listen(app: Awaited<ReturnType<typeof createHttpServer>>, { host, port }: Pick<CoordinatorConfig, 'host' | 'port'>): Promise<string> {
  try {
    return await app.listen({ host, port })
  } catch (error) {
    throw new WindfallError('config.invalid', `The coordinator cannot listen on ${host}:${port} (${messageOf(error)}). Choose another port.`, { cause: error })
  }
}
