import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import type { Clock } from '../kernel/clock.ts'
import type { Ids } from '../kernel/ids.ts'
import { loadPrivateFile } from '../kernel/key-file.ts'
import { type Run, aborted, runAll } from '../kernel/lifecycle.ts'
import { packageVersion } from '../kernel/paths.ts'
import { sha256Hex } from '../kernel/signing.ts'
import { bucketName } from './blob-stores.ts'
import type { CoordinatorConfig } from './config.ts'
import type { CoordinatorEvents } from './events.ts'
import { until } from './draining.ts'
import type { Db } from './persistence/database.ts'
import { engineOf } from './persistence/transact.ts'
import { createMembership } from './replicas/membership.ts'
import { type Ears, createNeighbours } from './replicas/neighbours.ts'
import { type Neighbours, alone } from './replicas/orders.ts'
import { type Shards, createShards } from './replicas/shards.ts'
import { databaseTime } from './replicas/shards.store.ts'
import type { ShardName } from './replicas/shard-machine.ts'
import { viewReplicas } from './replicas/view.ts'
import type { Secrets } from './secrets.ts'

/** After so long without a word from it, another coordinator takes over what one runs. */
const TTL_MS = 10_000
/** What is heard of idle nodes reaches the others no later than this. */
const PRESENCE_MS = 15_000

interface SharingDeps {
  readonly config: CoordinatorConfig
  readonly db: Db
  readonly clock: Clock
  readonly ids: Ids
  readonly secrets: Secrets
  readonly cluster: string
  readonly events: Pick<CoordinatorEvents, 'shardMoved' | 'sharingFailed'>
}

/** This coordinator's part in what several of them do together over one database; alone over its own, it does all. */
export interface Sharing {
  readonly replicaId: string
  readonly shards: Shards
  readonly neighbours: Neighbours
  /** Makes it known at which address this coordinator listens. Error: `config.invalid` if it does not fit the others. */
  readonly join: (url: string) => Promise<void>
  /** Who else there is and who runs what, for whoever operates it. */
  readonly replicas: () => ReturnType<typeof viewReplicas>
  /** Runs the parts of each shard wherever it is held, until `quiet` aborts and another one may have it; what the others say is heard until the end. Error: `instance.running` if another coordinator takes the name of this one. */
  readonly run: (parts: Readonly<Record<ShardName, readonly Run[]>>, ears: Ears, quiet: AbortSignal) => Run
}

export function createSharing(deps: SharingDeps): Sharing {
  const { config, db, clock, ids, events } = deps
  const isShared = engineOf(db).isShared
  const replicaId = loadPrivateFile(join(config.dataDirectory, 'replica-id'), ids.next)
  const common = { db, clock, databaseNow: databaseTime, replicaId, ttlMs: isShared ? TTL_MS : 0, onFailure: events.sharingFailed }
  const shards = createShards({ ...common, onMoved: events.shardMoved })
  const self = { replicaId, session: randomUUID(), version: packageVersion, shared: sharedOf(deps, replicaId) }
  const membership = createMembership({ ...common, self })
  const others = isShared ? createNeighbours({ ...common, membership, presenceEveryMs: Math.min(PRESENCE_MS, config.heartbeatMs) }) : null
  return {
    replicaId,
    shards,
    neighbours: others ?? alone,
    join: membership.join,
    replicas: () => viewReplicas(common),
    run: (parts, ears, quiet) => (signal) =>
      runAll(signal, [until(quiet, (stop) => shards.run(parts, stop)), (stop) => others?.run(ears, stop) ?? aborted(stop)]),
  }
}

/** What two coordinators over one database must have in common, by the name that people know it by. */
const sharedOf = ({ config, secrets, cluster }: SharingDeps, replicaId: string): Readonly<Record<string, string>> => ({
  cluster,
  wallet: secrets.wallet.address,
  'receipt key': secrets.receiptSigner.keyId,
  'log key': secrets.logSigner.keyId,
  'API key': sha256Hex(secrets.apiKey),
  'store for blobs': bucketName(config) ?? `disk of ${replicaId}`,
})
