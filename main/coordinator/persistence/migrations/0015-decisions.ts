import type { Kysely } from 'kysely'

interface Before {
  decision: { seq: number; body: string }
  decision_subject: { kind: string; id: string; seq: number; is_first: number }
}

const AT_ONCE = 500
const ID = /^[A-Za-z0-9_-]{1,64}$/
const NAMED = { jobId: 'job', nodeId: 'node', incidentId: 'incident', proofId: 'proof' } as const

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('decision')
    .addColumn('form', 'text', (column) => column.notNull().defaultTo('fact'))
    .execute()
  await db.schema.createIndex('decision_at').on('decision').columns(['at', 'seq']).execute()
  await db.schema.createIndex('decision_kind').on('decision').columns(['kind', 'seq']).execute()
  await db.schema
    .createTable('decision_subject')
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('id', 'text', (column) => column.notNull())
    .addColumn('seq', 'bigint', (column) => column.notNull().references('decision.seq'))
    .addColumn('is_first', 'integer', (column) => column.notNull())
    .addPrimaryKeyConstraint('decision_subject_key', ['kind', 'id', 'seq'])
    .execute()
  await db.schema.createIndex('decision_subject_seq').on('decision_subject').column('seq').execute()
  await db.schema
    .createTable('decision_input')
    .addColumn('sha256', 'text', (column) => column.primaryKey())
    .addColumn('bytes', 'bigint', (column) => column.notNull())
    .addColumn('packed', 'text', (column) => column.notNull())
    .addColumn('first_used_at', 'bigint', (column) => column.notNull())
    .addColumn('last_used_at', 'bigint', (column) => column.notNull())
    .execute()
  await db.schema.createIndex('decision_input_age').on('decision_input').column('last_used_at').execute()
  await indexOld(db)
}

/** What is already there can be found by what it is about, too. */
async function indexOld(db: Kysely<Before>): Promise<void> {
  for (let after = 0; ; ) {
    const page = await db.selectFrom('decision').select(['seq', 'body']).where('seq', '>', after).orderBy('seq').limit(AT_ONCE).execute()
    for (const { seq, body } of page) {
      const named = JSON.parse(body) as Readonly<Record<string, unknown>>
      const found = Object.entries(NAMED).flatMap(([name, kind]) => {
        const id = named[name]
        return typeof id === 'string' && ID.test(id) ? [{ kind, id, seq, is_first: 1 }] : []
      })
      if (found.length > 0) await db.insertInto('decision_subject').values(found).execute()
    }
    const last = page.at(-1)
    if (!last || page.length < AT_ONCE) return
    after = last.seq
  }
}
