import { AsyncLocalStorage } from 'node:async_hooks'
import {
  type CompiledQuery,
  type ConnectionProvider,
  type DatabaseConnection,
  type DialectAdapter,
  type Driver,
  Kysely,
  type KyselyPlugin,
  Transaction,
  type QueryExecutor,
  type QueryResult,
} from 'kysely'
import { WindfallError } from '../../../shared/errors.ts'
import { leaveToEnd, writeLeft } from './at-end.ts'
import type { Db, Schema, Tx } from './schema.ts'
import type { Engine } from './engine.ts'
import { createGroupCommit } from './group-commit.ts'
import { withIntegers } from './integers.ts'

/** Who may write: the owner of a shard, for as long as the shard's epoch is the one at which it was taken. */
export interface Fence {
  readonly shard: string
  readonly epoch: number
}

interface Writer {
  readonly engine: Engine
  readonly commit: ReturnType<typeof createGroupCommit>
  /** Never connects: a transaction has to name one, and asks it for nothing. */
  readonly driver: Driver
  /** Told of every write, to see how long it takes. */
  watch: ((written: Promise<unknown>) => void) | null
}

/** By what every view of one database shares, whatever plugins it has. */
const writers = new WeakMap<DialectAdapter, Writer>()
const fences = new WeakMap<KyselyPlugin, Fence>()

const writerOf = (executor: QueryExecutor): Writer => {
  const writer = writers.get(executor.adapter)
  if (!writer) throw new Error('this database was not opened with openDatabase')
  return writer
}

/** Makes a database one that `transact` can write to. */
export function addWriter<T>(db: Kysely<T>, engine: Engine): void {
  const executor = lean(db.getExecutor())
  const commit = createGroupCommit({ engine, provide: (use) => executor.provideConnection(use) })
  writers.set(executor.adapter, { engine, commit, driver: engine.dialect.createDriver(), watch: null })
}

/** Hands every later write of a database, through any view of it, to `watch` while it is under way. */
export function watchWrites(db: Db, watch: (written: Promise<unknown>) => void): void {
  writerOf(db.getExecutor()).watch = watch
}

export const engineOf = (db: Db | Tx): Engine => writerOf(db.getExecutor()).engine

/**
 * Runs `work` in one transaction: everything it writes is durable when this resolves, or none of it ever happened. It is THE way to write:
 *
 * - One writer. Works run one after another in the order they were given, each sees what those before it wrote, and nobody else writes meanwhile:
 *   on PostgreSQL all coordinators of one database take turns.
 * - Group commit. Works that arrive while a commit is under way share the next transaction. Each is answered after the COMMIT; one that throws undoes
 *   only itself; if the COMMIT fails, all of them are rejected.
 * - `work` waits for nothing but its own queries, which all go through `tx`: everybody's next write waits for it. Its effects outside the
 *   database belong after `transact`, since what it wrote may still be lost while it runs.
 * - A statement that fails fails the work, even if the work caught it: PostgreSQL can only undo after it, so SQLite does the same.
 *
 * Errors: `storage.fenced` through a database of `withFence` whose shard was taken over; `storage.full`, `storage.read-only`, `storage.unavailable`
 * and `storage.failed` when the database is; whatever `work` throws.
 */
export function transact<T>(db: Db, work: (tx: Tx) => Promise<T>): Promise<T> {
  const executor = db.getExecutor()
  const writer = writerOf(executor)
  // It runs in a turn of whoever began the group; what it is the doing of goes along with it, to its end.
  const inPlace = AsyncLocalStorage.bind(async (tx: Tx) => {
    const value = await work(tx)
    await writeLeft(tx)
    return value
  })
  const written = writer.commit(async (connection) => {
    const lent = lend(connection)
    const tx = asTransaction(db, lean(executor.withConnectionProvider(lent)))
    leaveToEnd(tx)
    try {
      await checkFences(tx, executor.plugins)
      const value = await inPlace(tx)
      await lent.takeBack()
      return value
    } finally {
      await lent.takeBack().catch(() => undefined)
    }
  })
  writer.watch?.(written)
  return written
}

/**
 * A view of a database that writes only while `fence.epoch` is still the epoch of `fence.shard`: the check is part of every transaction, so that a
 * coordinator that was paused cannot write after another has taken its shard over. Reading stays free. Whoever takes a shard over raises its epoch
 * inside `transact`.
 */
export function withFence(db: Db, fence: Fence): Db {
  const marker: KyselyPlugin = { transformQuery: ({ node }) => node, transformResult: async ({ result }) => result }
  fences.set(marker, fence)
  return db.withPlugin(marker)
}

/** Whether nobody has taken the shard over since: `epoch` is what the database has of it in the transaction that writes. */
export const isHeld = (fence: Pick<Fence, 'epoch'>, epoch: number | undefined): boolean => epoch === fence.epoch

async function checkFences(tx: Tx, plugins: readonly KyselyPlugin[]): Promise<void> {
  for (const plugin of plugins) {
    const fence = fences.get(plugin)
    if (!fence) continue
    const row = await tx.selectFrom('shard').select('epoch').where('id', '=', fence.shard).executeTakeFirst()
    if (!isHeld(fence, row?.epoch))
      throw new WindfallError('storage.fenced', `Another coordinator has taken over what this one did for ${fence.shard}. Ask again; nothing was written.`)
  }
}

interface Lent extends ConnectionProvider {
  /** Waits for the queries under way. Throws what one of them threw. */
  readonly takeBack: () => Promise<void>
}

/** Lends a connection for the time of one work. A query that comes after its end would write into somebody else's. */
function lend(connection: DatabaseConnection): Lent {
  const queries: Promise<unknown>[] = []
  let end: Promise<void> | null = null
  const settle = async () => {
    const failed = (await Promise.allSettled(queries)).find(({ status }) => status === 'rejected')
    if (failed?.status === 'rejected') throw failed.reason
  }
  return {
    provideConnection: (ask) => {
      if (end !== null) return Promise.reject(new Error('a query came after the end of its transaction'))
      const query = ask(connection)
      queries.push(query)
      return query
    },
    takeBack: () => (end ??= settle()),
  }
}

/**
 * Leaves out what kysely does around each query for plugins: the only ones there are decode integers, which this does, and mark a fence, which asks
 * for nothing. A job takes a hundred queries from its submission to its receipt.
 */
function lean(executor: QueryExecutor): QueryExecutor {
  executor.executeQuery = async <R>(query: CompiledQuery<R>): Promise<QueryResult<R>> => {
    const result = await executor.provideConnection((connection) => connection.executeQuery<R>(query))
    withIntegers(result.rows)
    return result
  }
  return executor
}

function asTransaction(db: Db, executor: QueryExecutor): Tx {
  const { engine, driver } = writerOf(db.getExecutor())
  const { dialect } = engine
  return new Transaction<Schema>({ config: { dialect }, dialect, driver, executor })
}
