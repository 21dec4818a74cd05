import { setImmediate } from 'node:timers/promises'
import { type Db, type Tx, transact } from '../persistence/database.ts'

/** So many jobs change in one transaction, then everybody else gets a turn. */
const AT_ONCE = 50

/** Does `work` for some of `all` at a time, each in a transaction of its own, and joins what it returns. */
export async function inBatches<A, B>(
  db: Db,
  all: readonly A[],
  work: (tx: Tx, some: readonly A[], from: number) => Promise<readonly B[]>,
): Promise<readonly B[]> {
  const done: B[] = []
  for (let from = 0; from < all.length; from += AT_ONCE) {
    done.push(...(await transact(db, (tx) => work(tx, all.slice(from, from + AT_ONCE), from))))
    await setImmediate()
  }
  return done
}
