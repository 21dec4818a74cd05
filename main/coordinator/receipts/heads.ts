import type { Envelope } from '../../../shared/contract/wire.ts'
import type { EnvelopeSigner } from '../../../shared/domain/dsse.ts'
import { WindfallError } from '../../../shared/errors.ts'
import type { Clock } from '../../kernel/clock.ts'
import { type Db, type Tx, transact } from '../persistence/database.ts'
import { openLog, signHead } from './log.ts'
import { type LogStore, type StoredHead, createLogStore } from './log.store.ts'

/** Heads that are asked for are signed at most this often, however many ask. */
const FRESH_MS = 1_000

const startOf = (now: number, everyMs: number): number => Math.floor(now / everyMs) * everyMs

/** The newest head there is; of two over the same log the one that was signed last. */
async function newestOf(store: LogStore): Promise<StoredHead | null> {
  const [grown, epoch] = [await store.newestHead(), await store.newestEpoch()]
  return epoch && epoch.treeSize >= (grown?.treeSize ?? 0) ? epoch : grown
}

/** Signed heads of the receipt log, beside those that are signed as it grows. */
export function createLogHeads({ logSigner, clock }: { readonly logSigner: EnvelopeSigner; readonly clock: Pick<Clock, 'now'> }) {
  let fresh: StoredHead | null = null
  const signNow = async (store: LogStore) => signHead(logSigner, { ...(await openLog(store, logSigner)), at: clock.now() })
  return {
    /** The newest head that was signed; one for the empty log if none was yet. */
    async newest(db: Db | Tx): Promise<Envelope> {
      const store = createLogStore(db)
      return ((await newestOf(store)) ?? (await signNow(store))).envelope
    },
    /** A head over the log as it is, signed for whoever asks and no older than a second. */
    async now(db: Db | Tx): Promise<Envelope> {
      const store = createLogStore(db)
      const [{ treeSize }, now] = [await openLog(store, logSigner), clock.now()]
      if (!fresh || fresh.treeSize !== treeSize || now < fresh.at || now - fresh.at >= FRESH_MS) fresh = await signNow(store)
      return fresh.envelope
    },
    /** The head that was signed when the log had this size. Error: `not-found` if none was, because it grew by more at once. */
    async at(db: Db | Tx, size: number): Promise<Envelope> {
      const store = createLogStore(db)
      const { treeSize } = await openLog(store, logSigner)
      if (size === 0 && treeSize === 0) return (await signNow(store)).envelope
      const found = await store.head(size)
      if (found) return found.envelope
      const over = await store.headOver(size)
      const next = over ? `The next one is for ${over.treeSize}.` : `The log holds ${treeSize} receipts.`
      throw new WindfallError('not-found', `No tree head was signed for a log of ${size} receipts. ${next}`)
    },
    /** Signs the head of this epoch, once: whoever watches sees that the log is kept, even while nothing is added. */
    async signEpoch(db: Db, everyMs: number): Promise<void> {
      const epoch = startOf(clock.now(), everyMs)
      if ((await createLogStore(db).newestEpoch())?.epoch === epoch) return
      await transact(db, async (tx) => {
        const store = createLogStore(tx)
        // A clock that was set back has had this epoch already.
        if (((await store.newestEpoch())?.epoch ?? -1) < epoch) await store.addEpoch(epoch, await signNow(store))
      })
    },
  }
}
