import { AgentJob } from '../../../shared/contract/agent-job.ts'
import { Lease } from '../../../shared/contract/job.ts'
import { toIso } from '../../../shared/units.ts'
import { createKeysetPage } from '../../kernel/keyset.store.ts'
import type { Sqlite } from '../../kernel/sqlite.ts'

export type AgentJobState = AgentJob['state']

/** States in which the attempt still needs this agent to do something. */
const OPEN_STATES = ['leased', 'waiting', 'preparing', 'running', 'collecting', 'proving', 'submitted'] as const satisfies readonly AgentJobState[]

/** What may change about a job after it arrived; times in epoch milliseconds, energy in joules. */
export interface JobChange {
  readonly state?: AgentJobState
  readonly code?: string | null
  readonly message?: string | null
  readonly startedAt?: number
  readonly endedAt?: number
  readonly joules?: number
  readonly method?: string
  readonly uncertaintyPct?: number
  readonly proofId?: string
  readonly receiptId?: string
}

interface Row {
  readonly lease_id: string
  readonly lease: string
  readonly state: AgentJobState
  readonly code: string | null
  readonly message: string | null
  readonly received_at: number
  readonly started_at: number | null
  readonly ended_at: number | null
  readonly joules: number | null
  readonly method: string | null
  readonly uncertainty: number | null
  readonly proof_id: string | null
  readonly receipt_id: string | null
  readonly micro_usd: string | null
}

export interface StoredJob {
  readonly lease: Lease
  readonly state: AgentJobState
}

const iso = (at: number | null): string | null => (at === null ? null : toIso(at))

function decode(row: Row): AgentJob {
  const lease = Lease.parse(JSON.parse(row.lease))
  return AgentJob.parse({
    jobId: lease.jobId,
    attemptId: lease.attemptId,
    leaseId: lease.leaseId,
    name: lease.spec.name,
    kind: lease.spec.kind,
    runtime: lease.spec.runtime.name,
    state: row.state,
    code: row.code,
    message: row.message,
    progress: null,
    receivedAt: toIso(row.received_at),
    startedAt: iso(row.started_at),
    endedAt: iso(row.ended_at),
    window: lease.window,
    expectedSeconds: lease.spec.expected.seconds,
    joules: row.joules,
    method: row.method,
    uncertaintyPct: row.uncertainty,
    proofId: row.proof_id,
    receiptId: row.receipt_id,
    microUsd: row.micro_usd,
  })
}

const COLUMNS = {
  state: 'state',
  code: 'code',
  message: 'message',
  startedAt: 'started_at',
  endedAt: 'ended_at',
  joules: 'joules',
  method: 'method',
  uncertaintyPct: 'uncertainty',
  proofId: 'proof_id',
  receiptId: 'receipt_id',
} as const satisfies Record<keyof JobChange, string>

/** A receipt pays for all runs of a job on this node; the last of them shows what it came to. */
const SELECT = `SELECT job.*, CAST((
  SELECT sum(micro_usd) FROM earning WHERE earning.job_id = job.job_id AND job.receipt_id = earning.receipt_id AND NOT EXISTS (
    SELECT 1 FROM job AS later WHERE later.job_id = job.job_id AND later.receipt_id = job.receipt_id
      AND (later.received_at, later.lease_id) > (job.received_at, job.lease_id))
  ) AS TEXT) AS micro_usd FROM job`

export type JobsStore = ReturnType<typeof createJobsStore>

/** All SQL on table `job`: every lease this agent ever held, and how it went. */
export function createJobsStore(db: Sqlite) {
  const insert = db.prepare<[string, string, string, string, number]>(
    `INSERT INTO job (lease_id, job_id, attempt_id, lease, state, received_at) VALUES (?, ?, ?, ?, 'leased', ?) ON CONFLICT DO NOTHING`,
  )
  const open = db.prepare<[], Pick<Row, 'lease' | 'state'>>(
    `SELECT lease, state FROM job WHERE state IN (${OPEN_STATES.map((state) => `'${state}'`).join(', ')}) ORDER BY received_at, lease_id`,
  )
  const byLease = db.prepare<[string], Row>(`${SELECT} WHERE lease_id = ?`)
  const byProof = db.prepare<[string], { lease_id: string }>('SELECT lease_id FROM job WHERE proof_id = ?')
  const runTime = db.prepare<[number], { ms: number | null }>(
    `SELECT sum(ended_at - started_at) AS ms FROM job WHERE state IN ('accepted', 'given-back') AND ended_at >= ?`,
  )
  const tokenOf = db.prepare<[string], { token: number }>("SELECT json_extract(lease, '$.token') AS token FROM job WHERE attempt_id = ?")
  // Asked for several times a second, and a lease never changes.
  let known: ReadonlyMap<string, Lease> = new Map()
  let openNow: readonly StoredJob[] | null = null
  const readOpen = (): readonly StoredJob[] => {
    const rows = open.all()
    known = new Map(rows.map(({ lease }) => [lease, known.get(lease) ?? Lease.parse(JSON.parse(lease))]))
    return rows.flatMap(({ lease: text, state }) => {
      const lease = known.get(text)
      return lease ? [{ lease, state }] : []
    })
  }
  const page = createKeysetPage<Row>(db, { select: SELECT, table: 'job', at: 'received_at', id: 'lease_id' })
  return {
    /** Remembers a lease before anything is done with it. */
    add: (lease: Lease, at: number): 'inserted' | 'duplicate' => {
      openNow = null
      return insert.run(lease.leaseId, lease.jobId, lease.attemptId, JSON.stringify(lease), at).changes === 1 ? 'inserted' : 'duplicate'
    },
    /** In order of arrival. What a transaction reads is not kept: it may be rolled back. */
    open: (): readonly StoredJob[] => (db.inTransaction ? readOpen() : (openNow ??= readOpen())),
    get: (leaseId: string): AgentJob | null => {
      const row = byLease.get(leaseId)
      return row ? decode(row) : null
    },
    /** Fencing token of the lease of an attempt of this node. */
    tokenOf: (attemptId: string): number | null => tokenOf.get(attemptId)?.token ?? null,
    leaseOfProof: (proofId: string): string | null => byProof.get(proofId)?.lease_id ?? null,
    /** Milliseconds of work, accepted or waiting to be paid, that ended at or after `at`. */
    runMsSince: (at: number): number => runTime.get(at)?.ms ?? 0,
    update: (leaseId: string, change: JobChange): void => {
      const entries = Object.entries(change).filter(([, value]) => value !== undefined) as [keyof JobChange, string | number | null][]
      if (entries.length === 0) return
      openNow = null
      const assignments = entries.map(([key]) => `${COLUMNS[key]} = ?`).join(', ')
      db.prepare(`UPDATE job SET ${assignments} WHERE lease_id = ?`).run(...entries.map(([, value]) => value), leaseId)
    },
    /** Newest first; `after` is the lease id of the last row seen. */
    list: (after: string | null, limit: number): AgentJob[] => page(after, limit).map(decode),
  }
}
