import { messageOf } from '../../shared/errors.ts'
import type { Clock } from '../kernel/clock.ts'
import { issueCredits, verifyCredits } from './ledger/crediting.ts'
import type { Db } from './persistence/database.ts'
import { createAnchorsStore } from './receipts/anchors.store.ts'
import type { ReceiptingDeps } from './receipting.ts'

const EVERY_MS = 60_000

/** Books what the savings of receipts are worth. */
export const creditReceipts =
  (clock: Pick<Clock, 'now'>): ReceiptingDeps['credit'] =>
  (tx, issued) =>
    issueCredits(
      tx,
      issued.map(({ summary, isMeasured }) => ({ ...summary, isMeasured })),
      clock.now(),
    )

interface CreditingDeps {
  readonly db: Db
  readonly clock: Pick<Clock, 'now' | 'sleep'>
  readonly onFailure: (message: string) => void
}

/** Verifies the credits of receipts that have been anchored for good, now and every minute. */
export function createCrediting({ db, clock, onFailure }: CreditingDeps) {
  const verify = async (): Promise<number> => verifyCredits(db, { treeSize: await createAnchorsStore(db).anchoredSize(), at: clock.now() })
  return {
    verify,
    run: async (signal: AbortSignal): Promise<void> => {
      do await verify().catch((error: unknown) => onFailure(messageOf(error)))
      while (await clock.sleep(EVERY_MS, signal))
    },
  }
}
