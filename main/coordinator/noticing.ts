import { type Changes, type ChangesDeps, createChanges } from './changes/changes.ts'
import { readChanges } from './changes/reading.ts'
import type { Db } from './persistence/database.ts'

/** What tells people that something they look at has changed. */
export const createNoticing = ({ db, ...deps }: Omit<ChangesDeps, 'read'> & { readonly db: Db }): Changes =>
  createChanges({ ...deps, read: (since) => readChanges(db, since) })
