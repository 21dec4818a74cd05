import type { Db } from '../persistence/database.ts'

/** How many receipts there are of work that ended since then, by zone: of a requester, or of everybody where there is none. */
export async function finishedByZone(db: Db, since: number, requesterId: string | null): Promise<ReadonlyMap<string, number>> {
  const counted = db
    .selectFrom('receipt')
    .select((e) => ['zone', e.fn.countAll<number>().as('count')])
    .where('ended_at', '>=', since)
  const rows = await (requesterId === null ? counted : counted.where('requester_id', '=', requesterId)).groupBy('zone').execute()
  return new Map(rows.map(({ zone, count }) => [zone, count]))
}
