import { SimulatedEvent } from '../../../shared/contract/incident.ts'
import type { Db, Tx } from '../persistence/database.ts'
import type { MadeUp } from './simulate.ts'

/** All SQL on table `simulation`. */
export function createSimulationsStore(db: Db | Tx) {
  return {
    async add({ simulationId, zone, event, from, to, madeBy }: MadeUp): Promise<void> {
      await db
        .insertInto('simulation')
        .values({ id: simulationId, zone, event: JSON.stringify(event), from_at: from, to_at: to, made_by: madeBy })
        .execute()
    },
    /** Those that go on at `at`. */
    async active(at: number): Promise<MadeUp[]> {
      const rows = await db.selectFrom('simulation').selectAll().where('to_at', '>', at).where('from_at', '<=', at).orderBy('from_at').orderBy('id').execute()
      return rows.map((row) => ({
        simulationId: row.id,
        zone: row.zone,
        event: SimulatedEvent.parse(JSON.parse(row.event)),
        from: row.from_at,
        to: row.to_at,
        madeBy: row.made_by,
      }))
    },
    async end(simulationId: string, at: number): Promise<void> {
      await db.updateTable('simulation').set({ to_at: at }).where('id', '=', simulationId).execute()
    },
  }
}
