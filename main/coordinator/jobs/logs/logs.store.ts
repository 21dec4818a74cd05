import type { Db, Tx } from '../../persistence/database.ts'

/** A stretch of what an attempt said. */
export interface LogRow {
  readonly attemptId: string
  /** How many bytes the attempt had said before. */
  readonly position: number
  /** One process of the agent, and how many bytes the attempt had said in it before. */
  readonly stream: string
  readonly source: number
  /** Epoch ms. */
  readonly saidAt: number
  readonly content: Uint8Array
}

export type LogTail = Omit<LogRow, 'content'> & { readonly length: number }

interface Stretch {
  readonly attemptId: string
  /** Position of the first byte. */
  readonly after: number
  /** Epoch ms. */
  readonly since: number
  readonly rows: number
}

/** All SQL on table `job_log`. */
export function createLogsStore(db: Db | Tx) {
  const of = (attemptId: string) => db.selectFrom('job_log').where('attempt_id', '=', attemptId)
  return {
    async tail(attemptId: string): Promise<LogTail | null> {
      const row = await of(attemptId).select(['position', 'length', 'stream', 'source', 'said_at']).orderBy('position', 'desc').limit(1).executeTakeFirst()
      return row ? { attemptId, position: row.position, length: row.length, stream: row.stream, source: row.source, saidAt: row.said_at } : null
    },
    async add(rows: readonly LogRow[]): Promise<void> {
      const values = rows.map(({ attemptId, position, stream, source, saidAt, content }) => ({
        attempt_id: attemptId,
        position,
        length: content.length,
        stream,
        source,
        said_at: saidAt,
        content,
      }))
      if (values.length > 0) await db.insertInto('job_log').values(values).execute()
    },
    /** Puts more behind what a row holds. */
    async lengthen({ attemptId, position }: Pick<LogTail, 'attemptId' | 'position'>, more: Uint8Array): Promise<void> {
      const { content } = await of(attemptId).where('position', '=', position).select('content').executeTakeFirstOrThrow()
      const longer = Buffer.concat([content, more])
      await db
        .updateTable('job_log')
        .set({ content: longer, length: longer.length })
        .where('attempt_id', '=', attemptId)
        .where('position', '=', position)
        .execute()
    },
    /** Removes what was said before a position. */
    async forgetBefore(attemptId: string, position: number): Promise<void> {
      await db.deleteFrom('job_log').where('attempt_id', '=', attemptId).where('position', '<', position).execute()
    },
    async stretch({ attemptId, after, since, rows }: Stretch): Promise<LogRow[]> {
      const found = await of(attemptId)
        .selectAll()
        .where((e) => e(e('position', '+', e.ref('length')), '>', after))
        .where('said_at', '>=', since)
        .orderBy('position')
        .limit(rows)
        .execute()
      return found.map(({ position, stream, source, said_at: saidAt, content }) => ({ attemptId, position, stream, source, saidAt, content }))
    },
    /** Removes what the attempts of these jobs said. Returns how many rows went. */
    async forgetJobs(jobIds: readonly string[]): Promise<number> {
      if (jobIds.length === 0) return 0
      const { numDeletedRows } = await db
        .deleteFrom('job_log')
        .where('attempt_id', 'in', db.selectFrom('attempt').select('id').where('job_id', 'in', jobIds))
        .executeTakeFirst()
      return Number(numDeletedRows)
    },
  }
}
