import type { Envelope } from '../../../shared/contract/wire.ts'
import type { EnvelopeSigner } from '../../../shared/domain/dsse.ts'
import { WindfallError } from '../../../shared/errors.ts'
import type { Clock } from '../../kernel/clock.ts'
import { type Db, type Tx, transact } from '../persistence/database.ts'
import { countOf, openLog, signHead } from './log.ts'
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
  let fresh: { readonly treeSize: number; readonly at: number; readonly head: Promise<StoredHead> } | null = null
  const signNow = async (store: LogStore) => signHead(logSigner, { ...(await openLog(store, logSigner)), at: clock.now() })
  /** Kept before it is there, for those who ask meanwhile; one that could not be signed is for nobody else. */
  const signFresh = async (log: Awaited<ReturnType<typeof openLog>>): Promise<Envelope> => {
    const at = clock.now()
    if (!fresh || fresh.treeSize !== log.treeSize || at < fresh.at || at - fresh.at >= FRESH_MS)
      fresh = { treeSize: log.treeSize, at, head: signHead(logSigner, { ...log, at }) }
    const mine = fresh
    try {
      return (await mine.head).envelope
    } catch (error) {
      if (fresh === mine) fresh = null
      throw error
    }
  }
  return {
    /** The newest head that was signed; one for the empty log if none was yet. */
    async newest(db: Db | Tx): Promise<Envelope> {
      const store = createLogStore(db)
      return (await newestOf(store))?.envelope ?? signFresh(await openLog(store, logSigner))
    },
    /** A head over the log as it is, signed for whoever asks and no older than a second. */
    async now(db: Db | Tx): Promise<Envelope> {
      return signFresh(await openLog(createLogStore(db), logSigner))
    },
    /** The head that was signed when the log had this size. Error: `not-found` if none was, because it grew by more at once. */
    async at(db: Db | Tx, size: number): Promise<Envelope> {
      const store = createLogStore(db)
      const log = await openLog(store, logSigner)
      const { treeSize } = log
      if (size === 0 && treeSize === 0) return signFresh(log)
      const found = await store.head(size)
      if (found) return found.envelope
      const over = await store.headOver(size)
      const next = over ? `The next one is for ${over.treeSize}.` : `The log holds ${countOf(treeSize)}.`
      throw new WindfallError('not-found', `No tree head was signed for a log of ${countOf(size)}. ${next}`)
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
