import { WindfallError, messageOf } from '../../shared/errors.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Ids } from '../kernel/ids.ts'
import { packageVersion } from '../kernel/paths.ts'
import { createApproving } from './approving.ts'
import type { Changes } from './changes/changes.ts'
import type { CoordinatorConfig } from './config.ts'
import type { Core } from './core.ts'
import type { CoordinatorEvents } from './events.ts'
import type { ActLog } from './http/act-border.ts'
import { ownNames } from './http/authority.ts'
import { createHandlers } from './http/handlers.ts'
import type { CoordinatorParts } from './http/parts.ts'
import type { ProbeDeps } from './http/probe-routes.ts'
import { createHttpServer } from './http/server.ts'
import type { ServerTls } from './http/tls.ts'
import type { Traffic } from './http/traffic.ts'
import type { Incidents } from './incidents/incidents.ts'
import type { Db } from './persistence/database.ts'
import { createOverview } from './overview.ts'
import { createProfiting } from './profiting.ts'
import { bundleOf } from './receipts/read.ts'
import type { Secrets } from './secrets.ts'

interface AppParts {
  readonly config: CoordinatorConfig
  readonly clock: Clock
  readonly ids: Ids
  readonly db: Db
  readonly core: Core
  readonly incidents: Incidents
  readonly replicas: CoordinatorParts['replicas']
  readonly grid: CoordinatorParts['grid']
  readonly ledger: CoordinatorParts['ledger']
  readonly payouts: CoordinatorParts['payouts']
  readonly deposits: CoordinatorParts['deposits']
  readonly vaults: CoordinatorParts['vaults']
  readonly webhooks: CoordinatorParts['webhooks']
  readonly log: CoordinatorParts['log']
  readonly audit: CoordinatorParts['audit']
  readonly acts: ActLog
  readonly persons: CoordinatorParts['persons']
  readonly exports: CoordinatorParts['exports']
  readonly evidence: CoordinatorParts['evidence']
  readonly secrets: Secrets
  readonly cluster: string
  readonly events: CoordinatorEvents
  readonly traffic: Traffic
  readonly probes: ProbeDeps
  readonly changes: Pick<Changes, 'listen'>
  readonly tls: ServerTls | null
}

/** The HTTP border over everything that answers it; not yet listening. */
export function createApp({
  config,
  clock,
  ids,
  db,
  core,
  incidents,
  replicas,
  grid,
  ledger,
  payouts,
  deposits,
  vaults,
  webhooks,
  log,
  audit,
  acts,
  persons,
  exports,
  evidence,
  secrets,
  cluster,
  events,
  traffic,
  probes,
  changes,
  tls,
}: AppParts) {
  const { receiptSigner, logSigner, wallet } = secrets
  const approvals = createApproving({ config, db, clock, ids, decide: core.decide, parts: { ...core.parts, ledger, vaults } })
  return createHttpServer({
    clock,
    version: packageVersion,
    access: core.access,
    acts,
    blobs: core.blobs,
    checkpoints: core.checkpoints,
    inputs: core.inputs,
    results: core.parts.results,
    exports,
    links: core.parts.wallets,
    signIn: core.signIn,
    changes,
    host: config.host,
    trustProxy: config.trustProxy,
    names: ownNames(config),
    tls,
    limits: config.limits,
    handIn: core.intake.door.enter,
    traffic,
    probes,
    onFailure: (error, { method, path }) => events.requestFailed(method, path, messageOf(error)),
    handlers: createHandlers({
      clock,
      version: packageVersion,
      ...core.parts,
      overview: createOverview({ db, clock, registry: core.registry, grid }),
      profitability: createProfiting({ db, clock, microUsdPerEur: config.microUsdPerEur }),
      approvals,
      incidents,
      replicas,
      health: async () => ((await probes.readiness()).isReady ? 'ok' : 'degraded'),
      keys: () => ({ receiptKey: receiptSigner.publicJwk, logKey: logSigner.publicJwk, logId: logSigner.keyId, cluster, hotWallet: wallet.address }),
      receipts: {
        get: (receiptId) => bundleOf(db, receiptId),
      },
      log,
      audit,
      persons,
      exports,
      evidence,
      ledger,
      payouts,
      deposits,
      vaults,
      webhooks,
      grid,
    }),
  })
}

type ListenSettings = Pick<CoordinatorConfig, 'host' | 'port' | 'tlsCertificateFile'>

/** Returns the address. Error: `config.invalid` if it cannot be had. */
export async function listen(app: Awaited<ReturnType<typeof createHttpServer>>, { host, port, tlsCertificateFile }: ListenSettings): Promise<string> {
  try {
    const url = await app.listen({ host, port })
    // The framework does not look at what kind of server it was given.
    return tlsCertificateFile === null ? url : url.replace(/^http:/, 'https:')
  } catch (error) {
    throw new WindfallError('config.invalid', `The coordinator cannot listen on ${host}:${port} (${messageOf(error)}). Choose another port.`, { cause: error })
  }
}
