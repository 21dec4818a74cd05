import type { Db, Tx } from '../persistence/database.ts'

/** All SQL on table `node_validity`: how many results of a node with one image others confirmed in a row. */
export const createValidityStore = (db: Db | Tx) => ({
  async consecutive(nodeId: string, image: string): Promise<number> {
    const row = await db.selectFrom('node_validity').select('consecutive').where('node_id', '=', nodeId).where('image', '=', image).executeTakeFirst()
    return row?.consecutive ?? 0
  },
  async set(nodeId: string, image: string, consecutive: number): Promise<void> {
    await db
      .insertInto('node_validity')
      .values({ node_id: nodeId, image, consecutive })
      .onConflict((conflict) => conflict.columns(['node_id', 'image']).doUpdateSet({ consecutive }))
      .execute()
  },
})
