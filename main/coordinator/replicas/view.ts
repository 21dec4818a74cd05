import type { OutputOf } from '../../../shared/contract/define.ts'
import type { replicaCalls } from '../../../shared/contract/replica.ts'
import { toIso } from '../../../shared/units.ts'
import type { Db, Tx } from '../persistence/database.ts'
import { isThere } from './membership.ts'
import { createNeighboursStore } from './neighbours.store.ts'
import { createShardsStore } from './shards.store.ts'

interface ViewDeps {
  readonly db: Db
  readonly databaseNow: (db: Db | Tx) => Promise<number>
  readonly replicaId: string
  /** One that has not been seen for so long is not there; 0 where there is only this one. */
  readonly ttlMs: number
}

/** Who shares the database, those that were seen last day, and who runs what. */
export async function viewReplicas({
  db,
  databaseNow,
  replicaId,
  ttlMs,
}: ViewDeps): Promise<Omit<OutputOf<typeof replicaCalls.listReplicas>, 'health' | 'intake'>> {
  const [all, standings, now] = [await createNeighboursStore(db).replicas(), await createShardsStore(db).all(), await databaseNow(db)]
  const known = new Set(all.map((replica) => replica.replicaId))
  const shardsOf = (owns: (owner: string | null) => boolean) =>
    standings.flatMap(({ shard, owner, epoch, until }) => (owns(until > now || ttlMs === 0 ? owner : null) ? [{ shard, epoch }] : []))
  return {
    replicas: all.map((replica) => ({
      replicaId: replica.replicaId,
      url: replica.url,
      version: replica.version,
      startedAt: toIso(replica.startedAt),
      seenAt: toIso(replica.seenAt),
      isThere: replica.replicaId === replicaId || isThere(replica, now, ttlMs),
      isThis: replica.replicaId === replicaId,
      shards: shardsOf((owner) => owner === replica.replicaId),
    })),
    unowned: shardsOf((owner) => owner === null || !known.has(owner)),
  }
}
