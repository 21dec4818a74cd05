import { PublicJwk } from '../../../shared/contract/wire.ts'
import type { Db } from '../persistence/database.ts'

export interface ReceiptKey {
  readonly keyId: string
  readonly publicJwk: PublicJwk
}

/** All SQL on table `receipt_key`, which is only ever appended to. */
export const createReceiptKeysStore = (db: Db) => ({
  async add({ keyId, publicJwk }: ReceiptKey, at: number): Promise<void> {
    await db
      .insertInto('receipt_key')
      .values({ key_id: keyId, public_jwk: JSON.stringify(publicJwk), since: at })
      .onConflict((conflict) => conflict.doNothing())
      .execute()
  },
  /** Newest first. */
  async all(): Promise<ReceiptKey[]> {
    const rows = await db.selectFrom('receipt_key').select(['key_id', 'public_jwk']).orderBy('since', 'desc').orderBy('key_id').execute()
    return rows.map(({ key_id, public_jwk }) => ({ keyId: key_id, publicJwk: PublicJwk.parse(JSON.parse(public_jwk)) }))
  },
})
