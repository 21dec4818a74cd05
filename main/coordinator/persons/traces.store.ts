import { sql } from 'kysely'
import type { Db } from '../persistence/database.ts'
import type { Scope } from './persons.store.ts'

interface Page {
  readonly offset: number
  readonly limit: number
}

const oneOf = (ids: readonly string[]) => (ids.length === 0 ? sql`1 = 0` : sql`IN (${sql.join(ids)})`)

/** All SQL by which the records of both logs are found that are about a person's jobs and machines, or themselves. */
export const createTracesStore = (db: Db, { requesterIds, nodeIds, memberIds }: Scope) => ({
  async decisions({ offset, limit }: Page) {
    const jobs = requesterIds.length === 0 ? sql`1 = 0` : sql`kind = 'job' AND id IN (SELECT id FROM job WHERE requester_id ${oneOf(requesterIds)})`
    const nodes = nodeIds.length === 0 ? sql`1 = 0` : sql`kind = 'node' AND id ${oneOf(nodeIds)}`
    const { rows } = await sql<Readonly<Record<string, unknown>>>`
      SELECT seq, at, kind, form, body, hash FROM decision
      WHERE seq IN (SELECT seq FROM decision_subject WHERE is_first = 1 AND ((${jobs}) OR (${nodes}))) ORDER BY seq LIMIT ${limit} OFFSET ${offset}`.execute(db)
    return rows
  },
  async acts({ offset, limit }: Page) {
    const subjects = [...requesterIds.map((id) => `requester:${id}`), ...nodeIds.map((id) => `node:${id}`), ...memberIds.map((id) => `member:${id}`)]
    if (subjects.length === 0) return []
    const { rows } = await sql<Readonly<Record<string, unknown>>>`
      SELECT act.seq, act.at, act.kind, act.body, act.hash, act_detail.text AS details FROM act LEFT JOIN act_detail ON act_detail.seq = act.seq
      WHERE act.seq IN (SELECT seq FROM act_subject WHERE subject ${oneOf(subjects)}) ORDER BY act.seq LIMIT ${limit} OFFSET ${offset}`.execute(db)
    return rows
  },
})
