import type { Clock } from '../../kernel/clock.ts'
import type { Db, Tx } from '../persistence/database.ts'
import { type Decision, firstBroken } from './chain.ts'
import { createDecisionsStore } from './decisions.store.ts'

const PAGE = 1_000

/** Records a decision in the transaction that carries it out, so that neither exists without the other. */
export const createAudit =
  (clock: Pick<Clock, 'now'>) =>
  async (tx: Tx, kind: string, body: object): Promise<void> => {
    await createDecisionsStore(tx).append({ at: clock.now(), kind, body: JSON.stringify(body) })
  }

/** Oldest first, those after sequence number `after`. */
export const decisions = (db: Db, page: { readonly after: number; readonly limit: number }): Promise<Decision[]> =>
  createDecisionsStore(db).page(page.after, page.limit)

/** Reads the log and checks every link, up to the first that does not fit. `brokenAt` is the first sequence number that does not fit. */
export async function verifyDecisions(db: Db): Promise<{ readonly count: number; readonly brokenAt: number | null }> {
  let last: Decision | null = null
  for (let count = 0; ; ) {
    const page = await decisions(db, { after: last?.seq ?? 0, limit: PAGE })
    const brokenAt = firstBroken(page, last)
    count += page.length
    last = page.at(-1) ?? last
    if (page.length < PAGE || brokenAt !== null) return { count, brokenAt }
  }
}
