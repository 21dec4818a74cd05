import type { Db } from '../persistence/database.ts'

/** Watt-hours of the receipts that each of these nodes was issued since `since`, epoch milliseconds. Nodes without any are missing. */
export async function energySince(db: Db, nodeIds: readonly string[], since: number): Promise<ReadonlyMap<string, number>> {
  if (nodeIds.length === 0) return new Map()
  const rows = await db
    .selectFrom('receipt')
    .select((e) => ['node_id', e.fn.sum<number | string>('energy_wh').as('energyWh')])
    .where('node_id', 'in', nodeIds)
    .where('issued_at', '>=', since)
    .groupBy('node_id')
    .execute()
  return new Map(rows.map(({ node_id, energyWh }) => [node_id, Number(energyWh)]))
}
