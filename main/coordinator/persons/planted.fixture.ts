/** A database in which every text that is not a number or a code says the same word, so that whoever looks for it finds what was not erased. */
import { sql } from 'kysely'
import { type Db, type Tx, transact } from '../persistence/database.ts'
import { PLACES } from './places.ts'

export const MARKER = 'Plantagenet'
export const ADA = { requester: 'ada', member: 'member-1', job: 'job-1', attempt: 'attempt-1', node: 'node-1', fleet: 'fleet-1', array: 'array-1' } as const

/** Columns that name rows by ids, or hold codes, hashes and numbers: nothing of a person is in them. Every other text is planted. */
const CODES: Readonly<Record<string, readonly string[]>> = {
  webhook: ['id', 'requester_id', 'state'],
  webhook_delivery: ['id', 'webhook_id', 'state'],
  api_key: ['requester_id', 'created_by', 'revoked_by'],
  job: ['id', 'requester_id', 'state', 'reason', 'plan', 'excluded', 'output_sha256', 'receipt_id', 'receipt_ids', 'array_id', 'place', 'pinned_to'],
  job_log: ['attempt_id'],
  checkpoint: ['job_id', 'sha256'],
  job_template: ['requester_id'],
  job_array: ['id', 'requester_id'],
  attempt: ['id', 'job_id', 'node_id', 'lease_id', 'state', 'plan', 'asked_back'],
  job_result: ['proof_id', 'job_id', 'node_id', 'lease_id', 'output_sha256', 'verdict'],
  node_validity: ['node_id', 'requester_id'],
  funding_payment: ['signature', 'request_id', 'state'],
  node: ['id', 'public_jwk', 'state'],
  node_capabilities: ['node_id'],
  challenge: ['id', 'proof_id', 'node_id', 'cause', 'state', 'answer_sha256'],
  fleet: ['id'],
  member: ['id', 'role', 'requester_id', 'invited_by'],
  incident: ['id', 'cause', 'zone', 'node_id', 'state', 'acknowledged_by', 'ended_how', 'ended_by', 'summary'],
  payout_pause: ['paused_by'],
  approval: ['id', 'kind', 'about', 'state', 'asked_by', 'asked_person', 'decided_by'],
  requester: ['id'],
}

/** Where a row has to point. */
const POINTS: Readonly<Record<string, string | null>> = {
  requester_id: ADA.requester,
  node_id: ADA.node,
  job_id: ADA.job,
  attempt_id: ADA.attempt,
  fleet_id: ADA.fleet,
  member_id: ADA.member,
  webhook_id: 'webhook-1',
  request_id: 'deposit-1',
  token_id: 'token-1',
  proof_id: 'proof-1',
  created_by: ADA.requester,
  invited_by: ADA.requester,
  ended_by: ADA.requester,
  paused_by: ADA.requester,
  asked_by: ADA.requester,
  used_by: null,
}
const VALUES: Readonly<Record<string, string | number | null>> = {
  'job.id': ADA.job,
  'job.state': 'completed',
  'job.excluded': '{}',
  'job.array_id': null,
  'job.pinned_to': null,
  'job.output_gone': 0,
  'attempt.id': ADA.attempt,
  'node.id': ADA.node,
  'node.state': 'removed',
  'fleet.id': ADA.fleet,
  'member.id': ADA.member,
  'member.role': 'viewer',
  'requester.id': ADA.requester,
  'webhook.id': 'webhook-1',
  'funding_request.id': 'deposit-1',
  'funding_request.state': 'credited',
  'enrolment_token.id': 'token-1',
  'enrolment_token.fleet_id': ADA.fleet,
  'proof.id': 'proof-1',
  'proof.unpaid': 'failed',
  'fleet_invite.created_by': ADA.node,
  'energy_sample.owner': ADA.node,
  'payout_refusal.address': MARKER,
  'payout_quote.claim_id': null,
  'job_template.deleted_at': null,
}
/** In this order, since those after it point at them; what is not to be erased is there to be pointed at. */
const FIRST = ['requester', 'node', 'fleet', 'member', 'job', 'attempt', 'proof', 'funding_request', 'webhook', 'enrolment_token', 'node_payout_address']
const POINTED_AT = new Set(['proof', 'funding_request', 'enrolment_token'])

interface Column {
  readonly name: string
  readonly dataType: string
}

function valueOf(table: string, { name, dataType }: Column): unknown {
  const given = VALUES[`${table}.${name}`]
  if (given !== undefined) return given
  const point = POINTS[name]
  if (point !== undefined) return point
  if (/int|double|real|float/i.test(dataType)) return 1
  if (/blob|bytea/i.test(dataType)) return Buffer.from(MARKER)
  const isCode = POINTED_AT.has(table) || CODES[table]?.includes(name) === true
  return isCode ? `${name}-1` : MARKER
}

async function plantRow(tx: Tx, table: string, columns: readonly Column[]): Promise<void> {
  const names = columns.map(({ name }) => sql.ref(name))
  const values = columns.map((column) => valueOf(table, column))
  await sql`INSERT INTO ${sql.table(table)} (${sql.join(names)}) VALUES (${sql.join(values)})`.execute(tx)
}

/** One row in every table in which something is erased. */
export async function plant(db: Db): Promise<void> {
  const found = new Map((await db.introspection.getTables()).map(({ name, columns }) => [name, columns]))
  const erased = PLACES.flatMap(({ table, erasure }) => (erasure === 'remove' || 'set' in erasure ? [table] : []))
  const tables = [...FIRST, ...new Set<string>(erased).difference(new Set(FIRST))]
  await transact(db, async (tx) => {
    for (const table of tables) await plantRow(tx, table, found.get(table) ?? [])
  })
}

/** Every table in which some cell of some row holds the word. */
export async function tablesWith(db: Db, word: string): Promise<string[]> {
  const tables = (await db.introspection.getTables()).map(({ name }) => name).filter((name) => !name.startsWith('kysely_'))
  const found: string[] = []
  for (const table of tables) {
    const { rows } = await sql<Record<string, unknown>>`SELECT * FROM ${sql.table(table)}`.execute(db)
    const text = rows
      .map((row) =>
        Object.values(row)
          .map((cell) => (cell instanceof Uint8Array ? Buffer.from(cell).toString() : String(cell)))
          .join(' '),
      )
      .join('\n')
    if (text.includes(word)) found.push(table)
  }
  return found
}
