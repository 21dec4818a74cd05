import { CompiledQuery, type DatabaseConnection, type Dialect, type Driver } from 'kysely'
import { WindfallError } from '../../../shared/errors.ts'
import { createRemembered } from './remembered.ts'
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
 * that can only read. What is worth remembering is remembered; `isShared` as of {@link Engine}.
 */
export const withStorageErrors = (dialect: Dialect, { leave = null, isShared = true }: Told = {}): Dialect => ({
  createAdapter: () => dialect.createAdapter(),
  createIntrospector: (db) => dialect.createIntrospector(db),
  createQueryCompiler: () => dialect.createQueryCompiler(),
  createDriver: () => tellingDriver(dialect.createDriver(), { leave, isShared }),
})

interface Told extends Partial<Pick<Engine, 'isShared'>> {
  readonly leave?: string | null
}

/** Changes the driver it is given: connections have private parts that a copy would lack. */
function tellingDriver(driver: Driver, told: Required<Told>): Driver {
  const known = new WeakSet<DatabaseConnection>()
  const acquire = driver.acquireConnection.bind(driver)
  driver.acquireConnection = async (options) => {
    const connection = await acquire(options).catch((error: unknown) => {
      throw asStorageError(error)
    })
    if (!known.has(connection)) makeTelling(connection, told)
    known.add(connection)
    return connection
  }
  return driver
}

function makeTelling(connection: DatabaseConnection, { leave, isShared }: Required<Told>): void {
  const execute = connection.executeQuery.bind(connection)
  const ask = createRemembered(isShared)
  connection.executeQuery = async (query, options) => {
    try {
      return await ask<never>(query, () => execute<never>(query, options))
    } catch (error) {
      const told = asStorageError(error)
      const isReadOnly = told instanceof WindfallError && told.code === 'storage.read-only'
      if (isReadOnly && leave !== null) await execute(CompiledQuery.raw(leave)).catch(() => undefined)
      throw told
    }
  }
}
