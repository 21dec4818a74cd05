import type { ChallengeCause, ChallengeFigure, ChallengeState, OpenChallenge } from '../../../shared/contract/proof.ts'
import type { Db, Tx } from '../persistence/database.ts'
import type { ChallengeTables } from '../persistence/tables/challenges.ts'
import type { Challenge } from './challenge-machine.ts'

/** A challenge with everything that was kept of it. Times are epoch milliseconds. */
export interface StoredChallenge extends Challenge {
  readonly challengeId: string
  readonly proofId: string
  readonly nodeId: string
  readonly cause: ChallengeCause
  readonly message: string
  readonly figures: readonly ChallengeFigure[]
}

const decode = (row: ChallengeTables['challenge']): StoredChallenge => ({
  challengeId: row.id,
  proofId: row.proof_id,
  nodeId: row.node_id,
  cause: row.cause,
  state: row.state,
  dueAt: row.due_at,
  askedAt: row.asked_at,
  endedAt: row.ended_at,
  answerSha256: row.answer_sha256,
  message: row.message ?? '',
  figures: row.figures === null ? [] : (JSON.parse(row.figures) as ChallengeFigure[]),
})

const encode = ({ challengeId, proofId, nodeId, cause, figures, ...of }: StoredChallenge): ChallengeTables['challenge'] => ({
  id: challengeId,
  proof_id: proofId,
  node_id: nodeId,
  cause,
  state: of.state,
  due_at: of.dueAt,
  asked_at: of.askedAt,
  ended_at: of.endedAt,
  answer_sha256: of.answerSha256,
  message: of.message,
  figures: JSON.stringify(figures),
})

/** All SQL on table `challenge`. */
export function createChallengesStore(db: Db | Tx) {
  const all = () => db.selectFrom('challenge').selectAll()
  return {
    async get(challengeId: string): Promise<StoredChallenge | null> {
      const row = await all().where('id', '=', challengeId).executeTakeFirst()
      return row ? decode(row) : null
    },
    /** Those that anybody may know of, newest first. */
    async ofProof(proofId: string): Promise<StoredChallenge[]> {
      const rows = await all().where('proof_id', '=', proofId).where('state', '!=', 'planned').orderBy('asked_at', 'desc').orderBy('id', 'desc').execute()
      return rows.map(decode)
    },
    /** State of the newest challenge of each of these proofs. */
    async statesOf(proofIds: readonly string[]): Promise<ReadonlyMap<string, ChallengeState>> {
      if (proofIds.length === 0) return new Map()
      const rows = await db
        .selectFrom('challenge')
        .select(['proof_id', 'state'])
        .where('proof_id', 'in', proofIds)
        .where('state', '!=', 'planned')
        .orderBy('asked_at')
        .orderBy('id')
        .execute()
      return new Map(rows.map(({ proof_id, state }) => [proof_id, state as ChallengeState]))
    },
    /** What a node still has to answer, oldest first. */
    openOf: (nodeId: string, limit: number): Promise<OpenChallenge[]> =>
      db
        .selectFrom('challenge')
        .select(['id as challengeId', 'proof_id as proofId'])
        .where('node_id', '=', nodeId)
        .where('state', '=', 'asked')
        .orderBy('asked_at')
        .limit(limit)
        .execute(),
    /** Those whose time has come. */
    async due(now: number, limit: number): Promise<StoredChallenge[]> {
      return (await all().where('due_at', '<=', now).orderBy('due_at').limit(limit).execute()).map(decode)
    },
    /** Those that wait for one of these nodes to be back. */
    async awaiting(nodeIds: readonly string[]): Promise<StoredChallenge[]> {
      if (nodeIds.length === 0) return []
      return (await all().where('state', '=', 'asked').where('due_at', 'is', null).where('node_id', 'in', nodeIds).execute()).map(decode)
    },
    add: async (challenge: StoredChallenge): Promise<void> => {
      await db.insertInto('challenge').values(encode(challenge)).execute()
    },
    put: async (challenge: StoredChallenge): Promise<void> => {
      const { id, ...changed } = encode(challenge)
      await db.updateTable('challenge').set(changed).where('id', '=', id).execute()
    },
    remove: async (challengeId: string): Promise<void> => {
      await db.deleteFrom('challenge').where('id', '=', challengeId).execute()
    },
  }
}
