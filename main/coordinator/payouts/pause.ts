import type { Db, Tx } from '../persistence/database.ts'
import { type Pause, createPauseStore } from './control.store.ts'
import type { PayoutDeps } from './deps.ts'

/** Where an operator can put a file to stop payouts, in the data directory, even while nothing answers. */
export const STOP_FILE = 'payouts.stop'

const BY_FILE: Pause = { reason: `The file ${STOP_FILE} is in the data directory of the coordinator.`, by: 'operator', since: null }

/** Why nothing may leave the hot wallet; `null` while payouts run. */
export const pauseOf = async (db: Db | Tx, { isStopped }: Pick<PayoutDeps, 'isStopped'>): Promise<Pause | null> =>
  isStopped() ? BY_FILE : createPauseStore(db).get()
