/** The log in a database, as an honest coordinator shows it to an operator. */
import { allRows } from '../../../shared/domain/viewer.fake.ts'
import { createLogKeeping } from '../../coordinator/log-keeping.ts'
import type { Db } from '../../coordinator/persistence/database.ts'
import { EPOCH_MS, logSigner, receiptSigner, world } from '../../coordinator/receipts/issuing.fake.ts'
import type { LogSource } from './source.ts'

async function* each<T>(items: Promise<{ readonly items: readonly T[] }>): AsyncGenerator<T> {
  yield* (await items).items
}

export const keysOf = (hotWallet: string) => ({
  receiptKey: receiptSigner.publicJwk,
  logKey: logSigner.publicJwk,
  logId: logSigner.keyId,
  cluster: 'localnet',
  hotWallet,
})

export function sourceOver(db: Db, keys: ReturnType<typeof keysOf>): LogSource {
  const { calls } = createLogKeeping({ ...world(db), db, loopDb: db, logSigner, everyMs: EPOCH_MS, onFailure: () => {} })
  return {
    keys: async () => keys,
    head: () => calls.head({ signed: 'now' }),
    leaves: (page) => calls.leaves(page),
    entries: async (page) => (await calls.entries(allRows(), page)).items,
    consistency: (from, to) => calls.consistency(from, to),
    epochHeads: () => each(calls.heads({ limit: 1_000 })),
    anchors: () => each(calls.anchors({ limit: 1_000 })),
  }
}
