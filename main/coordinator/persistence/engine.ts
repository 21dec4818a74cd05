import { CompiledQuery, type DatabaseConnection, type Dialect, type Driver } from 'kysely'
import { WindfallError } from '../../../shared/errors.ts'
import { asStorageError } from './storage-errors.ts'

/** What differs between the databases that a coordinator can keep its state in. */
export interface Engine {
  readonly kind: 'SQLite' | 'PostgreSQL'
  readonly dialect: Dialect
  /** Of the database, for messages: a path, or an address without its password. */
  readonly name: string
  /** Begins a transaction in which nobody else can write. */
  readonly begin: readonly string[]
  /** Whether several statements may be sent as one text, which saves a trip each. */
  readonly isBatched: boolean
  /** Whether a commit waits for a disk, so that several at once are worth a wait for each other. */
  readonly isDurable: boolean
  /** Whether other processes may write to it, too. */
  readonly isShared: boolean
  /** An expression for the database's own clock, epoch ms. */
  readonly now: string
}

/** Runs statements that have no parameters and no rows, in order. */
export async function runScript({ isBatched }: Pick<Engine, 'isBatched'>, connection: DatabaseConnection, statements: readonly string[]): Promise<void> {
  const texts = isBatched ? [statements.join('; ')] : statements
  for (const text of texts) await connection.executeQuery(CompiledQuery.raw(text))
}

/**
 * The dialect, whose every failure that is the storage's own fault carries one of our codes. `leave` is run on a connection that turns out to be one
 * that can only read.
 */
export const withStorageErrors = (dialect: Dialect, leave: string | null = null): Dialect => ({
  createAdapter: () => dialect.createAdapter(),
  createIntrospector: (db) => dialect.createIntrospector(db),
  createQueryCompiler: () => dialect.createQueryCompiler(),
  createDriver: () => tellingDriver(dialect.createDriver(), leave),
})

/** Changes the driver it is given: connections have private parts that a copy would lack. */
function tellingDriver(driver: Driver, leave: string | null): Driver {
  const told = new WeakSet<DatabaseConnection>()
  const acquire = driver.acquireConnection.bind(driver)
  driver.acquireConnection = async (options) => {
    const connection = await acquire(options).catch((error: unknown) => {
      throw asStorageError(error)
    })
    if (!told.has(connection)) makeTelling(connection, leave)
    told.add(connection)
    return connection
  }
  return driver
}

function makeTelling(connection: DatabaseConnection, leave: string | null): void {
  const execute = connection.executeQuery.bind(connection)
  connection.executeQuery = async (query, options) => {
    try {
      return await execute<never>(query, options)
    } catch (error) {
      const told = asStorageError(error)
      const isReadOnly = told instanceof WindfallError && told.code === 'storage.read-only'
      if (isReadOnly && leave !== null) await execute(CompiledQuery.raw(leave)).catch(() => undefined)
      throw told
    }
  }
}
