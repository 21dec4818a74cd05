import { messageOf } from '../../shared/errors.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Run } from '../kernel/lifecycle.ts'
import { OWNER } from './account-roles.ts'
import { eraseTraces, findTraces } from './audit/erasing.ts'
import type { BlobStores } from './blob-stores.ts'
import { VERIFIER } from './ledger/accounts.ts'
import type { Db, Tx } from './persistence/database.ts'
import { type Persons, createPersons } from './persons/persons.ts'

interface PersonalDeps {
  readonly db: Db
  /** The database as what runs by itself writes to it. */
  readonly loopDb: Db
  readonly clock: Pick<Clock, 'now' | 'sleep'>
  readonly ids: { readonly next: () => string }
  readonly stores: BlobStores
  readonly decide: Decide
  readonly undoMs: number
  readonly onFailure: (message: string) => void
}

const LOOK_MS = 60_000

type Decide = (tx: Tx, kind: string, body: object) => Promise<void>

/** How both logs forget a person. */
export const tracesIn =
  (decide: Decide) =>
  async (db: Db, ids: ReadonlySet<string>): Promise<(tx: Tx, erasureId: string) => Promise<void>> => {
    const traces = await findTraces(db, ids)
    return (tx, erasureId) => eraseTraces(tx, traces, { decide, erasureId })
  }

/** What is kept about persons: handed out to them, and erased once they ask and the time to think again is over. */
export function createPersonal({ db, loopDb, clock, ids, stores, decide, undoMs, onFailure }: PersonalDeps): {
  readonly calls: Omit<Persons, 'run'>
  readonly run: Run
} {
  const deps = { clock, stores, decide, undoMs, findTraces: tracesIn(decide), outputs: stores.outputs, nextId: ids.next, lasting: [OWNER, VERIFIER] }
  const inLoop = createPersons({ ...deps, db: loopDb })
  return {
    calls: createPersons({ ...deps, db }),
    async run(signal) {
      do await inLoop.run().catch((error: unknown) => onFailure(messageOf(error)))
      while (await clock.sleep(LOOK_MS, signal))
    },
  }
}
