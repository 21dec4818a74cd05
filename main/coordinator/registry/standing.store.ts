import type { Selectable } from 'kysely'
import { compiledOnce } from '../persistence/compiled.ts'
import type { Db, Schema, Tx } from '../persistence/database.ts'
import { insertRow } from '../persistence/one-row.ts'
import { FIRST_QUOTA, type Standing } from './standing.ts'

const decode = (row: Selectable<Schema['node_standing']>): Standing => ({
  asOf: row.as_of,
  good: row.good,
  bad: row.bad,
  faults: JSON.parse(row.faults) as Standing['faults'],
  inRow: row.in_row,
  clean: row.clean,
  quarantines: row.quarantines,
  jobs: row.jobs,
  energyJ: row.energy_j,
  solarJ: row.solar_j,
  quota: row.quota ?? FIRST_QUOTA,
  today: row.results_today ?? 0,
})

const ofNode = compiledOnce((db) => db.selectFrom('node_standing').selectAll().where('node_id', '=', ''))

/** All SQL on table `node_standing`. A node that nothing was ever found of has no row. */
export function createStandingStore(db: Db | Tx) {
  return {
    async get(nodeId: string): Promise<Standing | null> {
      const [row] = await ofNode(db, [nodeId])
      return row ? decode(row) : null
    },
    async save(nodeId: string, { asOf, inRow, energyJ, solarJ, faults, today, ...counts }: Standing): Promise<void> {
      const row = { ...counts, as_of: asOf, in_row: inRow, energy_j: energyJ, solar_j: solarJ, faults: JSON.stringify(faults), results_today: today }
      await insertRow(db, { into: 'node_standing', row: { node_id: nodeId, ...row }, over: ['node_id'] })
    },
  }
}
