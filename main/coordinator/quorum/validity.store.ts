import type { Db, Tx } from '../persistence/database.ts'

/** Whose work is trusted, at what, and by whom: who submits jobs says how their results compare, and may be in league with a node. */
interface Work {
  readonly nodeId: string
  readonly requesterId: string
  readonly image: string
}

/** All SQL on table `node_validity`: how many results of a node others confirmed in a row, of one requester's jobs with one image. */
export const createValidityStore = (db: Db | Tx) => ({
  async consecutive({ nodeId, requesterId, image }: Work): Promise<number> {
    const row = await db
      .selectFrom('node_validity')
      .select('consecutive')
      .where('node_id', '=', nodeId)
      .where('requester_id', '=', requesterId)
      .where('image', '=', image)
      .executeTakeFirst()
    return row?.consecutive ?? 0
  },
  async set({ nodeId, requesterId, image }: Work, consecutive: number): Promise<void> {
    await db
      .insertInto('node_validity')
      .values({ node_id: nodeId, requester_id: requesterId, image, consecutive })
      .onConflict((conflict) => conflict.columns(['node_id', 'requester_id', 'image']).doUpdateSet({ consecutive }))
      .execute()
  },
  /** One more was right by an answer that the coordinator knows, whoever the others are for. */
  async confirm({ nodeId, image }: Omit<Work, 'requesterId'>): Promise<void> {
    await db
      .updateTable('node_validity')
      .set(({ eb }) => ({ consecutive: eb('consecutive', '+', 1) }))
      .where('node_id', '=', nodeId)
      .where('image', '=', image)
      .execute()
  },
  /** One was wrong by an answer that the coordinator knows. */
  async distrust({ nodeId, image }: Omit<Work, 'requesterId'>): Promise<void> {
    await db.updateTable('node_validity').set({ consecutive: 0 }).where('node_id', '=', nodeId).where('image', '=', image).execute()
  },
})
