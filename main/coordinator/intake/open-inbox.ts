import { join } from 'node:path'
import { type Db, engineOf } from '../persistence/database.ts'
import type { Inbox } from './inbox.ts'
import { createPostgresInbox } from './inbox-postgres.store.ts'
import { openSqliteInbox } from './inbox-sqlite.ts'

/** The inbox's file in a coordinator's data directory, where there is one. */
export const INBOX_FILE = 'intake.sqlite'

interface Place {
  readonly dataDirectory: string
  readonly db: Db
  /** The name of this coordinator among those that share the database. */
  readonly replicaId: string
}

/** Where messages wait: in the database, if several coordinators share it, else in a file beside it. Error: `storage.failed`. */
export const openInbox = async ({ dataDirectory, db, replicaId }: Place): Promise<Inbox> =>
  engineOf(db).isShared ? createPostgresInbox(db, replicaId) : openSqliteInbox(join(dataDirectory, INBOX_FILE))
