import { statSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import { z } from 'zod'

/** What a look into the agent's database brought to light. */
export const DatabaseLook = z.strictObject({
  /** `ok`, or what SQLite found to be wrong, cut short. */
  integrity: z.string().max(1_000),
  /** Number of the last migration. */
  schema: z.number().int(),
  /** What still has to be told to the coordinator. */
  backlog: z.number().int(),
  /** When the oldest of it was written, epoch ms. */
  oldestAt: z.number().nullable(),
})
export type DatabaseLook = z.infer<typeof DatabaseLook>

const hasLog = (file: string): boolean => {
  try {
    return statSync(`${file}-wal`).size > 0
  } catch {
    return false
  }
}

/**
 * Reads the agent's database without changing a byte. A database that was closed in good order is opened as immutable, because SQLite would
 * otherwise put two files beside it. Throws what SQLite throws.
 */
export function lookAtDatabase(file: string): DatabaseLook {
  const url = pathToFileURL(file)
  if (!hasLog(file)) url.searchParams.set('immutable', '1')
  const db = new DatabaseSync(url, { readOnly: true })
  try {
    const integrity = db
      .prepare('PRAGMA quick_check(5)')
      .all()
      .map(({ quick_check: line }) => String(line))
      .join('; ')
    const { user_version: schema } = db.prepare('PRAGMA user_version').get() ?? {}
    const { n, oldest } = db.prepare('SELECT count(*) AS n, min(created_at) AS oldest FROM outbox').get() ?? {}
    return { integrity: integrity.slice(0, 1_000), schema: Number(schema), backlog: Number(n), oldestAt: oldest === null ? null : Number(oldest) }
  } finally {
    db.close()
  }
}
