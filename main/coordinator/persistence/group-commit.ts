import { setImmediate } from 'node:timers/promises'
import type { DatabaseConnection } from 'kysely'
import { WindfallError, messageOf } from '../../../shared/errors.ts'
import { type Engine, runScript } from './engine.ts'

/** Works of one transaction; more would keep readers, and the first of them, waiting. */
const MOST_TOGETHER = 128
/** So many turns of the event loop are waited for, although each has brought more. */
const MOST_TURNS = 8
const SAVE = 'SAVEPOINT work'
const KEEP = 'RELEASE SAVEPOINT work'
const UNDO = 'ROLLBACK TO SAVEPOINT work'

/** Writes through the connection it is given until it is settled; throwing undoes what it wrote. */
export type Work<T> = (connection: DatabaseConnection) => Promise<T>

interface Waiting {
  readonly work: Work<unknown>
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
}

interface Writing {
  readonly engine: Pick<Engine, 'begin' | 'isBatched' | 'isDurable'>
  /** Lends a connection that nobody else uses until `use` is settled. */
  readonly provide: <T>(use: (connection: DatabaseConnection) => Promise<T>) => Promise<T>
}

interface Session {
  readonly connection: DatabaseConnection
  readonly run: (...statements: string[]) => Promise<void>
}

/**
 * Group commit: works that arrive while a commit is under way run one after another in the next transaction, each in a savepoint of its own, and
 * are answered after its COMMIT. A work that throws undoes only itself. When the transaction itself is lost, every work that ran in it is rejected
 * and those that had not begun go on in the next one.
 */
export function createGroupCommit({ engine, provide }: Writing): <T>(work: Work<T>) => Promise<T> {
  const queue: Waiting[] = []
  let isWriting = false

  const writeAll = async (): Promise<void> => {
    isWriting = true
    while (queue.length > 0) {
      if (engine.isDurable) await whileMoreCome(queue)
      const group = queue.splice(0, MOST_TOGETHER)
      const begun = await provide((connection) => {
        const run = (...statements: string[]): Promise<void> => runScript(engine, connection, statements)
        return writeGroup({ connection, run }, engine, group)
      }).catch((error: unknown) => refuse(group, error))
      queue.unshift(...group.slice(begun))
    }
    isWriting = false
  }

  return <T>(work: Work<T>) =>
    new Promise<T>((resolve, reject) => {
      queue.push({ work, resolve: resolve as (value: unknown) => void, reject })
      if (!isWriting) void writeAll()
    })
}

/** Everything that this turn of the event loop brings goes into one transaction, and so does what the next ones bring for as long as each brings more. */
async function whileMoreCome(queue: readonly unknown[]): Promise<void> {
  for (let turn = 0, before = 0; turn < MOST_TURNS && queue.length > before && queue.length < MOST_TOGETHER; turn += 1) {
    before = queue.length
    await setImmediate()
  }
}

/** A promise is settled once, so that those that have their answer keep it. */
function refuse(waiting: readonly Waiting[], error: unknown): number {
  for (const { reject } of waiting) reject(error)
  return waiting.length
}

/** How many of the group have begun, which is all of them unless the transaction was lost on the way. Throws when none could begin. */
async function writeGroup(session: Session, { begin }: Pick<Engine, 'begin'>, group: readonly Waiting[]): Promise<number> {
  const giveUp = (): Promise<void> => session.run('ROLLBACK').catch(() => undefined)
  await session.run(...begin, SAVE).catch(async (error: unknown) => {
    await giveUp()
    throw error
  })
  const answers: (() => void)[] = []
  let begun = 0
  try {
    for (const waiting of group) {
      begun += 1
      answers.push(await writeOne(session, waiting, begun === group.length))
    }
  } catch (error) {
    await giveUp()
    return refuse(group.slice(0, begun), lost(error))
  }
  for (const answer of answers) answer()
  return begun
}

/** Runs one work and, with the last one, the commit; returns how to answer it once that is done. Throws when the transaction is lost. */
async function writeOne(session: Session, { work, resolve, reject }: Waiting, isLast: boolean): Promise<() => void> {
  try {
    const value = await work(session.connection)
    // PostgreSQL refuses this if the work went on after a statement that failed.
    await session.run(KEEP, isLast ? 'COMMIT' : SAVE)
    return () => resolve(value)
  } catch (error) {
    await session.run(UNDO).catch(() => {
      throw error
    })
    if (isLast) await session.run('COMMIT')
    return () => reject(error)
  }
}

function lost(error: unknown): WindfallError {
  if (error instanceof WindfallError && error.code.startsWith('storage.')) return error
  return new WindfallError('storage.failed', 'The database gave a transaction up, and nothing of it was kept. Try again.', { cause: messageOf(error) })
}
