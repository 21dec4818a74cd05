import { type Kysely, sql } from 'kysely'
import { expect, onTestFinished, test } from 'vitest'
import { openDatabase } from './database.ts'
import { up } from './migrations/0018-runs.ts'

test('proofs keep their receipts, and a proof may from now on wait for one', async () => {
  const db = await openDatabase(':memory:')
  onTestFinished(() => db.destroy())
  await sql`PRAGMA foreign_keys = OFF`.execute(db)
  await sql`DROP INDEX proof_waiting`.execute(db)
  for (const column of ['zone', 'paid_ms', 'unpaid']) await sql`ALTER TABLE proof DROP COLUMN ${sql.ref(column)}`.execute(db)
  await sql`ALTER TABLE job DROP COLUMN receipt_ids`.execute(db)
  const add = (id: string, seq: number, receiptId: string | null) =>
    sql`
    INSERT INTO proof (id, node_id, seq, body_sha256, job_id, attempt_id, lease_id, envelope, accepted_at, receipt_id)
    VALUES (${id}, 'node', ${seq}, ${id}, 'job', ${id}, 'lease', '{}', 1, ${receiptId})`.execute(db)
  await add('before', 1, 'receipt')
  await up(db as unknown as Kysely<unknown>)
  await add('after', 2, null)
  expect(await db.selectFrom('proof').select(['id', 'receipt_id', 'zone', 'paid_ms', 'unpaid']).orderBy('seq').execute()).toEqual([
    { id: 'before', receipt_id: 'receipt', zone: null, paid_ms: null, unpaid: null },
    { id: 'after', receipt_id: null, zone: null, paid_ms: null, unpaid: null },
  ])
})
