import type { Db, Tx } from '../persistence/database.ts'
import type { Track } from './availability.ts'

const toText = (amounts: readonly number[]): string => JSON.stringify(amounts.map(Math.round))
const fromText = (text: string) => JSON.parse(text) as readonly number[]

/** All SQL on table `node_availability`. */
export const createAvailabilityStore = (db: Db | Tx) => ({
  async save(nodeId: string, { watched, willing, asOf }: Track): Promise<void> {
    const seen = { as_of: asOf, watched: toText(watched), willing: toText(willing) }
    await db
      .insertInto('node_availability')
      .values({ node_id: nodeId, ...seen })
      .onConflict((conflict) => conflict.column('node_id').doUpdateSet(seen))
      .execute()
  },
  async all(): Promise<ReadonlyMap<string, Track>> {
    const rows = await db.selectFrom('node_availability').selectAll().execute()
    return new Map(rows.map((row) => [row.node_id, { asOf: row.as_of, watched: fromText(row.watched), willing: fromText(row.willing) }]))
  },
})
