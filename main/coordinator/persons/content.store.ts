import { sql } from 'kysely'
import type { Db } from '../persistence/database.ts'
import type { Scope } from './persons.store.ts'

/** Content of a person, by digest, in the store it lies in. */
export interface Content {
  readonly store: 'blobs' | 'outputs' | 'checkpoints'
  readonly digest: string
}

const PAGE = 500
const asDigest = (sha256: string): string => `sha256:${sha256}`

/** Of archives and inputs, in whatever version of the format it was submitted. */
const digestsOf = (spec: string): readonly string[] => spec.match(/sha256:[0-9a-f]{64}/g) ?? []

/** All SQL by which the content that somebody's jobs ran on, produced and went on from is found. */
export const createContentStore = (db: Db, { requesterIds }: Scope) => {
  const own = sql<boolean>`job.requester_id IN (${sql.join(requesterIds)})`
  const isNeeded = async ({ store, digest }: Content): Promise<boolean> => {
    const hex = digest.slice('sha256:'.length)
    const like = `%${digest}%`
    const others =
      store === 'checkpoints'
        ? sql`SELECT 1 FROM checkpoint INNER JOIN job ON job.id = checkpoint.job_id WHERE checkpoint.sha256 = ${hex} AND NOT (${own})`
        : store === 'outputs'
          ? sql`SELECT 1 FROM job WHERE output_sha256 = ${hex} AND output_gone = 0 AND NOT (${own})
          UNION ALL SELECT 1 FROM job_result INNER JOIN job ON job.id = job_result.job_id WHERE job_result.output_sha256 = ${hex} AND job_result.output_gone = 0 AND NOT (${own})`
          : sql`SELECT 1 FROM job WHERE spec LIKE ${like} AND NOT (${own})
          UNION ALL SELECT 1 FROM job_template WHERE body LIKE ${like} AND requester_id NOT IN (${sql.join(requesterIds)})
          UNION ALL SELECT 1 FROM model WHERE body LIKE ${like} UNION ALL SELECT 1 FROM canary WHERE spec LIKE ${like}`
    return (await sql`SELECT 1 FROM (${others}) AS found LIMIT 1`.execute(db)).rows.length > 0
  }
  return {
    /** Digests of what jobs have produced and is kept. */
    async outputs(): Promise<string[]> {
      if (requesterIds.length === 0) return []
      const { rows } = await sql<{ hex: string }>`
        SELECT output_sha256 AS hex FROM job WHERE output_sha256 IS NOT NULL AND output_gone = 0 AND ${own}
        UNION SELECT job_result.output_sha256 FROM job_result INNER JOIN job ON job.id = job_result.job_id WHERE job_result.output_gone = 0 AND ${own}
        ORDER BY hex`.execute(db)
      return rows.map(({ hex }) => asDigest(hex))
    },
    /** Everything of theirs that nobody else needs. */
    async alone(): Promise<Content[]> {
      if (requesterIds.length === 0) return []
      const blobs = new Set<string>()
      for (let after = ''; ; ) {
        const page = await db.selectFrom('job').select(['id', 'spec']).where(own).where('id', '>', after).orderBy('id').limit(PAGE).execute()
        for (const { spec } of page) for (const digest of digestsOf(spec)) blobs.add(digest)
        after = page.at(-1)?.id ?? after
        if (page.length < PAGE) break
      }
      const checkpoints = await db.selectFrom('checkpoint').innerJoin('job', 'job.id', 'checkpoint.job_id').select('checkpoint.sha256').where(own).execute()
      const all: Content[] = [
        ...[...blobs].map((digest) => ({ store: 'blobs' as const, digest })),
        ...(await this.outputs()).map((digest) => ({ store: 'outputs' as const, digest })),
        ...checkpoints.map(({ sha256 }) => ({ store: 'checkpoints' as const, digest: asDigest(sha256) })),
      ]
      const found: Content[] = []
      for (const content of all) if (!(await isNeeded(content))) found.push(content)
      return found
    },
  }
}
