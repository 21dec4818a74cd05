import { createHash } from 'node:crypto'
import { type Kysely, sql } from 'kysely'

type AnyDb = Kysely<unknown>

/** What receipts are found by and summed over beside their signed text, the keys they were ever signed with, and what operators say about sites. */
export async function up(db: AnyDb): Promise<void> {
  for (const column of ['requester_id', 'model_id', 'body_sha256', 'output_sha256']) await db.schema.alterTable('receipt').addColumn(column, 'text').execute()
  for (const column of ['started_at', 'ended_at']) await db.schema.alterTable('receipt').addColumn(column, 'bigint').execute()
  await db.schema.alterTable('receipt').addColumn('gpu_hours', 'double precision').execute()
  await db.schema
    .createTable('receipt_key')
    .addColumn('key_id', 'text', (column) => column.primaryKey())
    .addColumn('public_jwk', 'text', (column) => column.notNull())
    .addColumn('since', 'bigint', (column) => column.notNull())
    .execute()
  await db.schema
    .createTable('site')
    .addColumn('node_id', 'text', (column) => column.primaryKey().references('node.id'))
    .addColumn('body', 'text', (column) => column.notNull())
    .addColumn('said_by', 'text', (column) => column.notNull())
    .addColumn('said_at', 'bigint', (column) => column.notNull())
    .execute()
  await sql`UPDATE receipt SET requester_id = (SELECT requester_id FROM job WHERE job.id = receipt.job_id)`.execute(db)
  await readAll(db)
  await db.schema.createIndex('receipt_of_requester').on('receipt').columns(['requester_id', 'leaf_index']).execute()
  await db.schema.createIndex('receipt_of_node').on('receipt').columns(['node_id', 'leaf_index']).execute()
  await db.schema.createIndex('receipt_body').on('receipt').column('body_sha256').execute()
  await db.schema.createIndex('receipt_output').on('receipt').column('output_sha256').execute()
  await db.schema.createIndex('receipt_worked').on('receipt').columns(['ended_at', 'leaf_index', 'started_at']).execute()
  await db.schema.createIndex('proof_body').on('proof').column('body_sha256').execute()
  await sql`CREATE INDEX receipt_of_model ON receipt (model_id, leaf_index) WHERE model_id IS NOT NULL`.execute(db)
}

interface Row {
  readonly leaf_index: bigint | number | string
  readonly envelope: string
  readonly proofs: string
  readonly keys: string
  readonly issued_at: bigint | number | string
}

const PAGE = 500

async function readAll(db: AnyDb): Promise<void> {
  for (let after = -1n; ; ) {
    const { rows } =
      await sql<Row>`SELECT leaf_index, envelope, proofs, keys, issued_at FROM receipt WHERE leaf_index > ${after} ORDER BY leaf_index LIMIT ${PAGE}`.execute(
        db,
      )
    for (const row of rows) await readOne(db, row)
    const last = rows.at(-1)
    if (!last) return
    after = BigInt(last.leaf_index)
  }
}

const payloadOf = ({ payload }: { readonly payload: string }): Buffer => Buffer.from(payload, 'base64')

interface Receipt {
  readonly subject: readonly { readonly name: string; readonly digest: { readonly sha256: string } }[]
  readonly predicate: { readonly modelId: string | null; readonly intervals: readonly { readonly from: string; readonly to: string }[] }
}

interface Proof {
  readonly durationMs: number
  readonly devices: readonly { readonly kind: string }[]
}

/** Text that is no receipt stays as it was found: it is in the log, and in no sum. */
async function readOne(db: AnyDb, row: Row): Promise<void> {
  try {
    const envelope = JSON.parse(row.envelope) as { payload: string; signatures: readonly { keyid: string }[] }
    const body = payloadOf(envelope)
    const { subject, predicate } = JSON.parse(body.toString('utf8')) as Receipt
    const proofs = (JSON.parse(row.proofs) as { payload: string }[]).map((proof) => JSON.parse(payloadOf(proof).toString('utf8')) as Proof)
    const times = predicate.intervals.flatMap(({ from, to }) => [Date.parse(from), Date.parse(to)])
    const gpuHours = proofs.reduce((sum, { durationMs, devices }) => sum + (durationMs / 3_600_000) * devices.filter(({ kind }) => kind === 'gpu').length, 0)
    await sql`
      UPDATE receipt SET model_id = ${predicate.modelId?.replaceAll('\0', '') ?? null}, body_sha256 = ${createHash('sha256').update(body).digest('hex')},
        output_sha256 = ${subject.find(({ name }) => name === 'output')?.digest.sha256 ?? null},
        started_at = ${BigInt(Math.min(...times))}, ended_at = ${BigInt(Math.max(...times))}, gpu_hours = ${gpuHours}
      WHERE leaf_index = ${BigInt(row.leaf_index)}`.execute(db)
    await keepKey(db, row, envelope.signatures[0]?.keyid)
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError || error instanceof RangeError) return
    throw error
  }
}

type Jwk = Readonly<Record<string, string>>

/** RFC 7638: the members that make the key, in lexicographic order. */
const thumbprint = ({ crv, kty, x, y }: Jwk): string =>
  createHash('sha256')
    .update(JSON.stringify(y === undefined ? { crv, kty, x } : { crv, kty, x, y }))
    .digest('base64url')

async function keepKey(db: AnyDb, { keys, issued_at }: Row, keyId: string | undefined): Promise<void> {
  const key = (JSON.parse(keys) as Jwk[]).find((jwk) => thumbprint(jwk) === keyId)
  if (!key) return
  await sql`
    INSERT INTO receipt_key (key_id, public_jwk, since) VALUES (${keyId}, ${JSON.stringify(key)}, ${BigInt(issued_at)})
    ON CONFLICT (key_id) DO NOTHING`.execute(db)
}
