import { WindfallError, failures, messageOf } from '../../../shared/errors.ts'
import type { Clock } from '../../kernel/clock.ts'
import { type Run, aborted, runAll } from '../../kernel/lifecycle.ts'
import { type Db, type Tx, transact, withFence } from '../persistence/database.ts'
import { SHARDS, type ShardName, givenBack, ruleOver } from './shard-machine.ts'
import { createShardsStore } from './shards.store.ts'

export interface ShardsDeps {
  readonly db: Db
  readonly clock: Pick<Clock, 'monotonic' | 'sleep'>
  /** What the database's own clock shows, epoch ms. */
  readonly databaseNow: (db: Db | Tx) => Promise<number>
  readonly replicaId: string
  /** For how long a shard is held without being asked for again; 0 where no other process can reach the database. */
  readonly ttlMs: number
  readonly onMoved: (shard: ShardName, epoch: number, how: 'taken' | 'lost') => void
  readonly onFailure: (message: string) => void
}

export interface Shards {
  /** A view of the database through which only the owner of the shard writes. Error of `transact`: `storage.fenced`. */
  readonly fenced: (shard: ShardName) => Db
  /** Under which epoch this replica holds a shard; `null` while another one does, or nobody. */
  readonly epochOf: (shard: ShardName) => number | null
  /** Runs the parts of each shard while it is held, until `signal` aborts; then gives all back. Rejects if a part fails. */
  readonly run: (parts: Readonly<Record<ShardName, readonly Run[]>>, signal: AbortSignal) => Promise<void>
}

/** Asks so often within the time for which a shard is held. */
const ASKS = 4
/** Where nothing runs out, and after a failure. */
const RETRY_MS = 1_000

interface Running {
  readonly epoch: number
  readonly stop: AbortController
  readonly ended: Promise<void>
}

interface Keeper {
  readonly deps: ShardsDeps
  readonly running: Map<ShardName, Running>
  /** Those of `running` that this replica may still write for. */
  held: ReadonlyMap<ShardName, number>
  /** On the clock that never jumps: by then the database has heard that all that is held is still wanted, or it may be lost. */
  sureUntil: number
}

/**
 * Runs what there must be one of among all replicas. Who holds a shard is decided in the database by its own clock, and every write for it is
 * refused there once somebody else does: a replica that was paused finds out whenever it comes to write.
 */
export function createShards(deps: ShardsDeps): Shards {
  const keeper: Keeper = { deps, running: new Map(), held: new Map(), sureUntil: Infinity }
  return {
    fenced: (shard) =>
      withFence(deps.db, {
        shard,
        // What runs under one epoch has ended before the next one is taken, so this is always the epoch of whoever writes.
        get epoch() {
          return keeper.running.get(shard)?.epoch ?? 0
        },
      }),
    epochOf: (shard) => keeper.held.get(shard) ?? null,
    run: (parts, signal) => keep(keeper, parts, signal),
  }
}

async function keep(keeper: Keeper, parts: Readonly<Record<ShardName, readonly Run[]>>, signal: AbortSignal): Promise<void> {
  const { clock, ttlMs } = keeper.deps
  const failed = new AbortController()
  const stopped = AbortSignal.any([signal, failed.signal])
  let failure: { readonly error: unknown } | null = null
  const fail = (error: unknown) => {
    failure ??= { error }
    failed.abort()
  }
  do await step(keeper, (shard, epoch) => begin(keeper, { shard, epoch, parts: parts[shard], fail }))
  while (await clock.sleep(ttlMs === 0 ? RETRY_MS : ttlMs / ASKS, stopped))
  await leave(keeper)
  if (failure) throw (failure as { readonly error: unknown }).error
}

/** Asks for everything once: what is newly held begins, what is lost ends. */
async function step(keeper: Keeper, start: (shard: ShardName, epoch: number) => void): Promise<void> {
  const { deps, running } = keeper
  const askedAt = deps.clock.monotonic()
  try {
    if (deps.ttlMs > 0 || keeper.held.size < SHARDS.length) keeper.held = await ask(keeper)
    keeper.sureUntil = deps.ttlMs === 0 ? Infinity : askedAt + deps.ttlMs
  } catch (error) {
    deps.onFailure(messageOf(error))
    if (deps.clock.monotonic() >= keeper.sureUntil) keeper.held = new Map()
  }
  for (const [shard, { epoch, stop }] of running)
    if (keeper.held.get(shard) !== epoch && !stop.signal.aborted) {
      deps.onMoved(shard, epoch, 'lost')
      stop.abort()
    }
  for (const [shard, epoch] of keeper.held) if (!running.has(shard)) start(shard, epoch)
}

const ask = ({ deps, running, held }: Keeper): Promise<ReadonlyMap<ShardName, number>> =>
  transact(deps.db, async (tx) => {
    const store = createShardsStore(tx)
    const ending = new Set([...running.keys()].filter((shard) => !held.has(shard)))
    const { replicaId, ttlMs } = deps
    const { changes, holds } = ruleOver(await store.all(), { replicaId, now: await deps.databaseNow(tx), ttlMs, held, ending })
    for (const standing of changes) await store.save(standing)
    return holds
  })

interface Beginning {
  readonly shard: ShardName
  readonly epoch: number
  readonly parts: readonly Run[]
  readonly fail: (error: unknown) => void
}

function begin({ deps, running }: Keeper, { shard, epoch, parts, fail }: Beginning): void {
  const stop = new AbortController()
  deps.onMoved(shard, epoch, 'taken')
  const work = runAll(stop.signal, [aborted, ...parts]).catch((error: unknown) => (isPassing(error) ? deps.onFailure(messageOf(error)) : fail(error)))
  const ended = work.finally(() => running.delete(shard))
  running.set(shard, { epoch, stop, ended })
}

/** What another replica, or a later moment, can do: the shard is let go, and taken again by whoever asks first. */
const isPassing = (error: unknown): boolean => error instanceof WindfallError && (error.code === 'storage.fenced' || failures[error.code].retry)

/** Everything ends before it is given back, so that whoever takes it next finds nothing half done. */
async function leave({ deps, running, held }: Keeper): Promise<void> {
  for (const { stop } of running.values()) stop.abort()
  await Promise.all([...running.values()].map(({ ended }) => ended))
  await transact(deps.db, async (tx) => {
    const store = createShardsStore(tx)
    for (const standing of givenBack(await store.all(), { replicaId: deps.replicaId, held })) await store.save(standing)
  }).catch((error: unknown) => deps.onFailure(messageOf(error)))
}
