import type { SoftSignalKind } from '../../../shared/domain/soft-signals.ts'
import type { Db, Tx } from '../persistence/database.ts'
import { insertRow } from '../persistence/one-row.ts'

/** Times are epoch milliseconds. */
export interface StoredSignal {
  readonly id: string
  readonly nodeId: string
  readonly proofId: string
  readonly jobId: string
  readonly kind: SoftSignalKind
  readonly message: string
  readonly at: number
}

export interface Sample {
  /** Hash of what the work is and on which cards it was done. */
  readonly work: string
  readonly owner: string
  readonly slot: number
  readonly perUnitJ: number
  readonly at: number
}

/** So many results of one kind of work are looked at: the newest. */
const LOOKED_AT = 160

/** All SQL on tables `node_signal` and `energy_sample`. */
export function createSignalsStore(db: Db | Tx) {
  const all = () =>
    db.selectFrom('node_signal').select(['id', 'node_id as nodeId', 'proof_id as proofId', 'job_id as jobId', 'kind', 'message', 'at']).orderBy('id', 'desc')
  return {
    async add({ nodeId, proofId, jobId, ...signal }: StoredSignal): Promise<void> {
      await db
        .insertInto('node_signal')
        .values({ ...signal, node_id: nodeId, proof_id: proofId, job_id: jobId })
        .execute()
    },
    /** Newest first, those before the signal `after`. */
    async page({ nodeId, after, limit }: { nodeId: string | null; after: string | null; limit: number }): Promise<StoredSignal[]> {
      let query = all()
      if (nodeId !== null) query = query.where('node_id', '=', nodeId)
      if (after !== null) query = query.where('id', '<', after)
      return query.limit(limit).execute()
    },
    ofProof: (proofId: string): Promise<StoredSignal[]> => all().where('proof_id', '=', proofId).execute(),
    /** How many proofs of a node have been unlikely since. */
    async count(nodeId: string, since: number): Promise<number> {
      const { found } = await db
        .selectFrom('node_signal')
        .select((e) => e.fn.count('proof_id').distinct().as('found'))
        .where('node_id', '=', nodeId)
        .where('at', '>=', since)
        .executeTakeFirstOrThrow()
      return Number(found)
    },
    async samples(work: string): Promise<readonly Pick<Sample, 'owner' | 'perUnitJ'>[]> {
      const rows = db.selectFrom('energy_sample').select(['owner', 'per_unit_j as perUnitJ']).where('work', '=', work)
      return rows.orderBy('at', 'desc').limit(LOOKED_AT).execute()
    },
    /** The place of an older one of the same owner, if it had that slot. */
    async keep({ work, owner, slot, perUnitJ, at }: Sample): Promise<void> {
      await insertRow(db, { into: 'energy_sample', row: { work, owner, slot, per_unit_j: perUnitJ, at }, over: ['work', 'owner', 'slot'] })
    },
    /** Forgets what is older. */
    async forget(before: number): Promise<void> {
      await db.deleteFrom('node_signal').where('at', '<', before).execute()
      await db.deleteFrom('energy_sample').where('at', '<', before).execute()
    },
  }
}
