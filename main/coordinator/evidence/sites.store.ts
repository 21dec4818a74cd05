import { SiteFacts, UNKNOWN_SITE } from '../../../shared/domain/settlement-evidence.ts'
import type { SiteView } from '../../../shared/contract/evidence.ts'
import { fromIso, toIso } from '../../../shared/units.ts'
import type { Db, Tx } from '../persistence/database.ts'

/** All SQL on table `site`. */
export const createSitesStore = (db: Db | Tx) => ({
  /** What was said about a machine; everything `null` if nothing was. */
  async get(nodeId: string): Promise<SiteView> {
    const row = await db.selectFrom('site').selectAll().where('node_id', '=', nodeId).executeTakeFirst()
    if (!row) return { nodeId, ...UNKNOWN_SITE, saidBy: null, saidAt: null }
    return { nodeId, ...SiteFacts.parse(JSON.parse(row.body)), saidBy: row.said_by, saidAt: toIso(row.said_at) }
  },
  async put({ nodeId, saidBy, saidAt, ...facts }: SiteView & { readonly saidBy: string; readonly saidAt: string }): Promise<void> {
    const said = { body: JSON.stringify(facts), said_by: saidBy, said_at: fromIso(saidAt) }
    await db
      .insertInto('site')
      .values({ node_id: nodeId, ...said })
      .onConflict((conflict) => conflict.column('node_id').doUpdateSet(said))
      .execute()
  },
})
