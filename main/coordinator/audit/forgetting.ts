import { messageOf } from '../../../shared/errors.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Db } from '../persistence/database.ts'
import { createInputsStore } from './inputs.store.ts'

interface ForgettingDeps {
  readonly db: Db
  readonly clock: Clock
  /** For how long what choices were made on is kept after it was last used. */
  readonly keepMs: number
  readonly onFailure: (message: string) => void
}

const EVERY_MS = 3_600_000

/** Drops what choices were made on once it is old, every hour until `signal` aborts. The choices themselves stay, with its hashes. */
export const createForgetting =
  ({ db, clock, keepMs, onFailure }: ForgettingDeps) =>
  async (signal: AbortSignal): Promise<void> => {
    do
      await createInputsStore(db)
        .forget(clock.now() - keepMs)
        .catch((error: unknown) => onFailure(messageOf(error)))
    while (await clock.sleep(EVERY_MS, signal))
  }
