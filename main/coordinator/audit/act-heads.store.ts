import { Envelope } from '../../../shared/contract/wire.ts'
import type { Db, Tx } from '../persistence/database.ts'

interface StoredActHead {
  readonly seq: number
  readonly hash: string
  readonly at: number
  readonly envelope: Envelope
}

/** All SQL on table `act_head`. */
export function createActHeadsStore(db: Db | Tx) {
  const heads = () => db.selectFrom('act_head').select('envelope')
  return {
    async newest(): Promise<Pick<StoredActHead, 'seq'> | null> {
      return (await db.selectFrom('act_head').select('seq').orderBy('seq', 'desc').limit(1).executeTakeFirst()) ?? null
    },
    /** Of two heads over the same act the first stays. */
    async add({ seq, hash, at, envelope }: StoredActHead): Promise<void> {
      await db
        .insertInto('act_head')
        .values({ seq, hash, at, envelope: JSON.stringify(envelope) })
        .onConflict((conflict) => conflict.column('seq').doNothing())
        .execute()
    },
    /** Those over acts after one and up to another, oldest first. */
    between: async (after: number, upTo: number): Promise<Envelope[]> =>
      (await heads().where('seq', '>', after).where('seq', '<=', upTo).orderBy('seq').execute()).map(({ envelope }) => Envelope.parse(JSON.parse(envelope))),
    async last(): Promise<Envelope | null> {
      const row = await heads().orderBy('seq', 'desc').limit(1).executeTakeFirst()
      return row ? Envelope.parse(JSON.parse(row.envelope)) : null
    },
  }
}
