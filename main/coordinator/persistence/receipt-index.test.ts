import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Kysely, sql } from 'kysely'
import { expect, onTestFinished, test } from 'vitest'
import { receiptOf } from '../../../shared/domain/receipt-summary.ts'
import { testBundle, testReceiptKey } from '../../../shared/domain/receipt-bundle.fake.ts'
import { sha256Hex } from '../../kernel/signing.ts'
import { openDatabase } from './database.ts'
import { migratorOf } from './migrate.ts'
import { openSqliteEngine } from './sqlite.ts'

const bundle = await testBundle()
const [envelope, proofs, keys] = [JSON.stringify(bundle.receipt), JSON.stringify(bundle.proofs), JSON.stringify(bundle.keys)]

async function fillOld(file: string): Promise<void> {
  const db = new Kysely<unknown>({ dialect: openSqliteEngine(file).dialect })
  try {
    expect((await migratorOf(db).migrateTo('0043-vaults')).error).toBeUndefined()
    await sql`PRAGMA foreign_keys = OFF`.execute(db)
    await sql`
      INSERT INTO job (id, requester_id, spec, state, priority, submitted_at, updated_at, deadline_at, excluded, token)
      VALUES ('job-1', 'requester-1', '{}', 'completed', 5, 1, 1, 2, '{}', 0)`.execute(db)
    for (const [leaf, text] of [envelope, 'nothing that can be read'].entries())
      await sql`
        INSERT INTO receipt (id, leaf_index, job_id, node_id, zone, issued_at, energy_wh, emissions_g, attributed_saving_g, origin, method, envelope, proofs, keys)
        VALUES (${`receipt-${leaf}`}, ${leaf}, ${`job-${leaf + 1}`}, 'node', 'GB', 77, 1.5, 2.5, 3.5, 'live', 'counter', ${text}, ${proofs}, ${keys})`.execute(
        db,
      )
  } finally {
    await db.destroy()
  }
}

test('receipts of before are found like those that come after; what cannot be read stays in the log and is in no sum', async () => {
  const place = join(mkdtempSync(join(tmpdir(), 'windfall-receipts-')), 'test.sqlite')
  await fillOld(place)
  const db = await openDatabase(place)
  onTestFinished(() => db.destroy())
  const [first, second] = await db.selectFrom('receipt').selectAll().orderBy('leaf_index').execute()
  const receipt = receiptOf(bundle)
  const { intervals } = receipt?.predicate ?? { intervals: [] }
  expect(first).toMatchObject({
    requester_id: 'requester-1',
    model_id: null,
    body_sha256: sha256Hex(Buffer.from(bundle.receipt.payload, 'base64')),
    output_sha256: receipt?.subject[0].digest.sha256,
    started_at: Date.parse(intervals[0]?.from ?? ''),
    ended_at: Date.parse(intervals.at(-1)?.to ?? ''),
    gpu_hours: 2_400 / 3_600,
  })
  expect(second).toMatchObject({ requester_id: null, body_sha256: null, ended_at: null, gpu_hours: null, envelope: 'nothing that can be read' })
  expect(await db.selectFrom('receipt_key').selectAll().execute()).toEqual([
    { key_id: testReceiptKey.keyId, public_jwk: JSON.stringify(testReceiptKey.publicJwk), since: 77 },
  ])
})
