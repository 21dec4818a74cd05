import { type Kysely, sql } from 'kysely'

type AnyDb = Kysely<unknown>

/** What long lists are looked through by: nodes by zone, state and GPU, jobs by time and how they ended; and which job does which one over. */
export async function up(db: AnyDb): Promise<void> {
  await db.schema.alterTable('node').addColumn('zone', 'text').execute()
  await db.schema
    .createTable('node_gpu')
    .addColumn('node_id', 'text', (column) => column.notNull().references('node.id'))
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('enrolled_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('node_gpu_pk', ['node_id', 'name'])
    .execute()
  await readNodes(db)
  await db.schema.createIndex('node_gpu_of').on('node_gpu').columns(['name', 'enrolled_at', 'node_id']).execute()
  await db.schema.createIndex('node_of_zone').on('node').columns(['zone', 'enrolled_at', 'id']).execute()
  await db.schema.createIndex('node_of_state').on('node').columns(['state', 'enrolled_at', 'id']).execute()
  await db.schema.createIndex('job_newest').on('job').columns(['submitted_at', 'id']).execute()
  await sql`CREATE INDEX job_missed ON job (state, submitted_at, id) WHERE state IN ('failed', 'expired', 'cancelled')`.execute(db)
  await sql`CREATE INDEX incident_open ON incident (detected_at, id) WHERE state <> 'RESOLVED'`.execute(db)
  await db.schema.createIndex('payout_item_node').on('payout_item').columns(['node_id', 'id']).execute()
  await db.schema.dropIndex('ledger_transaction_at').execute()
  await db.schema.createIndex('ledger_transaction_when').on('ledger_transaction').columns(['at', 'seq']).execute()
  // What most transactions are is found without it, so that it costs them nothing.
  await sql`
    CREATE INDEX ledger_transaction_rare ON ledger_transaction (kind, at, seq)
    WHERE kind NOT IN ('reserve', 'reserve-array', 'accrue', 'close', 'credit', 'credit-verified')`.execute(db)
  await db.schema
    .createTable('job_again')
    .addColumn('job_id', 'text', (column) => column.primaryKey().references('job.id'))
    .addColumn('of_job_id', 'text', (column) => column.notNull().references('job.id'))
    .execute()
  await db.schema.createIndex('job_again_of').unique().on('job_again').column('of_job_id').execute()
}

interface Row {
  readonly id: string
  readonly enrolled_at: bigint | number | string
  readonly body: string
}

const PAGE = 500

async function readNodes(db: AnyDb): Promise<void> {
  for (let after = ''; ; ) {
    const { rows } = await sql<Row>`
      SELECT node.id AS id, node.enrolled_at AS enrolled_at, c.body AS body FROM node INNER JOIN node_capabilities AS c ON c.node_id = node.id
      WHERE node.id > ${after} AND c.version = (SELECT max(version) FROM node_capabilities AS newest WHERE newest.node_id = node.id)
      ORDER BY node.id LIMIT ${PAGE}`.execute(db)
    for (const row of rows) await readNode(db, row)
    const last = rows.at(-1)
    if (!last) return
    after = last.id
  }
}

interface Capabilities {
  readonly zone?: string
  readonly gpus?: readonly { readonly name: string }[]
}

async function readNode(db: AnyDb, { id, enrolled_at, body }: Row): Promise<void> {
  const { zone, gpus = [] } = JSON.parse(body) as Capabilities
  await sql`UPDATE node SET zone = ${zone ?? null} WHERE id = ${id}`.execute(db)
  for (const name of new Set(gpus.map((gpu) => gpu.name)))
    await sql`INSERT INTO node_gpu (node_id, name, enrolled_at) VALUES (${id}, ${name}, ${BigInt(enrolled_at)})`.execute(db)
}
