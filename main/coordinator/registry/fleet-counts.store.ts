import type { NodeState } from '../../../shared/contract/node.ts'
import type { Db } from '../persistence/database.ts'

/** Rows that are read at once, so that nobody else waits long. */
const SLICE = 4_000

export interface CountedNode {
  readonly nodeId: string
  readonly state: NodeState
  readonly zone: string | null
}

/** Every node, some at a time, in the order of their ids. */
export async function* allNodes(db: Db): AsyncGenerator<readonly CountedNode[]> {
  for (let after = ''; ; ) {
    const rows = await db.selectFrom('node').select(['id as nodeId', 'state', 'zone']).where('id', '>', after).orderBy('id').limit(SLICE).execute()
    if (rows.length > 0) yield rows
    if (rows.length < SLICE) return
    after = rows.at(-1)?.nodeId ?? after
  }
}

/** Which node has a GPU of which model, some at a time. */
export async function* allGpus(db: Db): AsyncGenerator<readonly { readonly nodeId: string; readonly name: string }[]> {
  let after = { nodeId: '', name: '' }
  for (;;) {
    const { nodeId, name } = after
    const rows = await db
      .selectFrom('node_gpu')
      .select(['node_id as nodeId', 'name'])
      .where('node_id', '>=', nodeId)
      .where((e) => e.or([e('node_id', '>', nodeId), e('name', '>', name)]))
      .orderBy('node_id')
      .orderBy('name')
      .limit(SLICE)
      .execute()
    if (rows.length > 0) yield rows
    const last = rows.at(-1)
    if (!last || rows.length < SLICE) return
    after = last
  }
}
