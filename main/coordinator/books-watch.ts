import type { LedgerCheck } from '../../shared/contract/ledger.ts'
import { messageOf } from '../../shared/errors.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Run } from '../kernel/lifecycle.ts'

/** Going through all that was ever booked takes a while; what is wrong with it does not go away by itself. */
const EVERY_MS = 6 * 3_600_000
/** Starting has enough to do. */
const FIRST_MS = 60_000

interface BooksWatchDeps {
  readonly clock: Pick<Clock, 'now' | 'sleep'>
  readonly check: () => Promise<Pick<LedgerCheck, 'findings'>>
  readonly onChecked: (at: number, findings: readonly string[]) => void
  readonly onFailure: (message: string) => void
}

/** Checks the books by itself, so that nobody has to ask before somebody hears that they are wrong. */
export const createBooksWatch =
  ({ clock, check, onChecked, onFailure }: BooksWatchDeps): Run =>
  async (signal) => {
    for (let waitMs = FIRST_MS; await clock.sleep(waitMs, signal); waitMs = EVERY_MS)
      await check().then(
        ({ findings }) => onChecked(clock.now(), findings),
        (error: unknown) => onFailure(messageOf(error)),
      )
  }
