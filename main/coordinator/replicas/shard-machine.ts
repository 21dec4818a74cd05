/** Who may run what there must be one of. Pure; every time is one of the database's own clock, so that no replica's clock decides anything. */

/** What there must be one of among all replicas, with all that goes on in it. */
export const SHARDS = ['planning', 'proofs', 'payouts', 'upkeep'] as const
export type ShardName = (typeof SHARDS)[number]

/** A shard as the database has it. */
export interface Standing {
  readonly shard: ShardName
  /** `null` once it was given back. */
  readonly owner: string | null
  /** Rises by one with every owner, and never falls: what was begun under a lower one may not be written any more. */
  readonly epoch: number
  /** After this anybody may take it, epoch ms. */
  readonly until: number
}

export interface Asking {
  readonly replicaId: string
  /** By the database's clock, epoch ms. */
  readonly now: number
  /** For how long a shard is held without being asked for again; 0 where no other process can reach the database. */
  readonly ttlMs: number
  /** What this replica holds, as far as it knows, by epoch. */
  readonly held: ReadonlyMap<ShardName, number>
  /** What it must not take yet: something of an earlier time still runs here. */
  readonly ending: ReadonlySet<ShardName>
}

export interface Ruling {
  /** What changes in the database. */
  readonly changes: readonly Standing[]
  /** What the replica holds from now on, by epoch. */
  readonly holds: ReadonlyMap<ShardName, number>
}

/** What is left of an owner of the same name is the replica's own, from before it was started again. */
const isFree = ({ owner, until }: Standing, { replicaId, now }: Asking): boolean => owner === null || owner === replicaId || until <= now

function rule(standing: Standing, asking: Asking): Standing | null {
  const { replicaId, now, ttlMs, held, ending } = asking
  const { shard, owner, epoch } = standing
  const until = ttlMs === 0 ? 0 : now + ttlMs
  if (held.has(shard)) return owner === replicaId && epoch === held.get(shard) ? { ...standing, until } : null
  if (isFree(standing, asking)) return ending.has(shard) ? null : { shard, owner: replicaId, epoch: epoch + 1, until }
  // Nobody may hold it for so long: the clock was set back. Its owner asks again within that time, and if it is dead nobody waits for longer.
  return standing.until > now + ttlMs ? { ...standing, until } : null
}

/**
 * Renews what a replica holds and takes what is free or has run out. A shard that went to another one in the meantime is not taken back in the
 * same step: what runs here has to end first.
 */
export function ruleOver(standings: readonly Standing[], asking: Asking): Ruling {
  const ruled = standings.flatMap((standing) => rule(standing, asking) ?? [])
  const before = new Map(standings.map((standing) => [standing.shard, standing]))
  return {
    changes: ruled.filter(({ shard, epoch, until }) => before.get(shard)?.epoch !== epoch || before.get(shard)?.until !== until),
    holds: new Map(ruled.flatMap(({ shard, owner, epoch }) => (owner === asking.replicaId ? [[shard, epoch]] : []))),
  }
}

/** Gives back what a replica still holds; the next one need not wait. */
export const givenBack = (standings: readonly Standing[], { replicaId, held }: Pick<Asking, 'replicaId' | 'held'>): readonly Standing[] =>
  standings.flatMap((standing) => (standing.owner === replicaId && held.get(standing.shard) === standing.epoch ? { ...standing, owner: null, until: 0 } : []))
