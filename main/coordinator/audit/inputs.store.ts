import type { Db, Tx } from '../persistence/database.ts'
import { MAX_INPUT_BYTES, type Sealed, pack, unpack } from './sealed.ts'

/** When an input was used last is only known to this: else every choice would write every input again. */
const USED_WITHIN_MS = 86_400_000

/** All SQL on table `decision_input`. */
export function createInputsStore(db: Db | Tx) {
  const add = async ({ sha256, text }: Sealed, at: number): Promise<void> => {
    const bytes = Buffer.byteLength(text)
    if (bytes > MAX_INPUT_BYTES) return
    await db
      .insertInto('decision_input')
      .values({ sha256, bytes, packed: pack(text), first_used_at: at, last_used_at: at })
      .onConflict((conflict) => conflict.column('sha256').doNothing())
      .execute()
  }
  return {
    /** Keeps what is not kept yet. */
    async keep(inputs: readonly Sealed[], at: number): Promise<void> {
      if (inputs.length === 0) return
      const hashes = inputs.map(({ sha256 }) => sha256)
      const rows = await db.selectFrom('decision_input').select(['sha256', 'last_used_at as usedAt']).where('sha256', 'in', hashes).execute()
      const used = new Map(rows.map(({ sha256, usedAt }) => [sha256, usedAt]))
      for (const input of inputs) if (!used.has(input.sha256)) await add(input, at)
      const old = rows.filter(({ usedAt }) => at - usedAt >= USED_WITHIN_MS).map(({ sha256 }) => sha256)
      if (old.length > 0) await db.updateTable('decision_input').set({ last_used_at: at }).where('sha256', 'in', old).execute()
    },
    /** `null` if it is no longer kept, or never was. */
    async text(sha256: string): Promise<string | null> {
      const row = await db.selectFrom('decision_input').select('packed').where('sha256', '=', sha256).executeTakeFirst()
      return row ? unpack(row.packed) : null
    },
    /** Bytes of those that are kept. */
    async sizes(hashes: readonly string[]): Promise<ReadonlyMap<string, number>> {
      if (hashes.length === 0) return new Map()
      const rows = await db.selectFrom('decision_input').select(['sha256', 'bytes']).where('sha256', 'in', hashes).execute()
      return new Map(rows.map(({ sha256, bytes }) => [sha256, bytes]))
    },
    /** Forgets everything that was last used before `at`, less the day by which that may be off. */
    async forget(at: number): Promise<void> {
      await db
        .deleteFrom('decision_input')
        .where('last_used_at', '<', at - USED_WITHIN_MS)
        .execute()
    },
  }
}
