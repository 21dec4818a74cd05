import { messageOf } from '../../shared/errors.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Readiness } from './http/probe-routes.ts'
import { type Db, transact } from './persistence/database.ts'
import { SHARDS, type ShardName } from './replicas/shard-machine.ts'

export interface ReadyingDeps {
  readonly db: Db
  readonly clock: Pick<Clock, 'monotonic' | 'sleep'>
  readonly epochOf: (shard: ShardName) => number | null
  /** Whether other coordinators may run what this one does not. */
  readonly isShared: boolean
  /** Aborts when this coordinator begins to leave. */
  readonly quiet: AbortSignal
}

/** However often balancers ask, the database is asked no more often than this, ms. */
const KEEP_MS = 2_000
/** A database that takes longer to write one row serves nobody, ms. */
const SLOWEST_MS = 5_000

/** Writes what is there already: a standby, a full disk and a lock that nobody lets go of all refuse. */
const write = (db: Db): Promise<unknown> =>
  transact(db, (tx) =>
    tx
      .updateTable('shard')
      .set((e) => ({ epoch: e.ref('epoch') }))
      .where('id', '=', 'upkeep')
      .execute(),
  )

async function lookAtDatabase({ db, clock }: Pick<ReadyingDeps, 'db' | 'clock'>): Promise<string | null> {
  const answered = new AbortController()
  const written = write(db).then(
    () => null,
    (error: unknown) => messageOf(error),
  )
  const late = clock.sleep(SLOWEST_MS, answered.signal).then(() => `The database has not written anything for ${SLOWEST_MS / 1_000} s.`)
  try {
    return await Promise.race([written, late])
  } finally {
    answered.abort()
  }
}

/** Whether this coordinator should be sent anything. Its schema is up to date since it was opened: nothing starts without that. */
export function createReadiness(deps: ReadyingDeps): () => Promise<Readiness> {
  const { clock, epochOf, isShared, quiet } = deps
  let looked: { readonly at: number; readonly database: Promise<string | null> } | null = null
  const database = (): Promise<string | null> => {
    const now = clock.monotonic()
    if (!looked || now - looked.at >= KEEP_MS) looked = { at: now, database: lookAtDatabase(deps) }
    return looked.database
  }
  return async () => {
    const missing = isShared ? [] : SHARDS.filter((shard) => epochOf(shard) === null)
    const parts = {
      database: await database(),
      shards: missing.length > 0 ? `This coordinator does not run ${missing.join(', ')} yet.` : null,
      draining: quiet.aborted ? 'This coordinator is stopping.' : null,
    }
    return { isReady: Object.values(parts).every((wrong) => wrong === null), parts }
  }
}
