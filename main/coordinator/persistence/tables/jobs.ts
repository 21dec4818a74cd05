import type { JobState, JobView } from '../../../../shared/contract/job.ts'
import type { UnpaidCause } from '../../../../shared/contract/proof.ts'

/** Tables of jobs, attempts and proofs, as kysely sees them. Times are epoch milliseconds; JSON travels as text. */
export interface JobTables {
  job: {
    id: string
    requester_id: string
    spec: string
    state: JobState
    reason: string | null
    message: string | null
    priority: number
    submitted_at: number
    updated_at: number
    deadline_at: number
    plan: string | null
    planned_at: number | null
    excluded: string
    /** How often it was sent to another zone although it could have stayed. */
    reroutes: number
    /** Highest fencing token handed out, 0 at first. */
    token: number
    output_sha256: string | null
    receipt_id: string | null
    /** All of them, the last included; `null` for a job that ended before a job could have several. */
    receipt_ids: string | null
    price_micro: bigint | null
  }
  /** At most one per unfinished job. */
  checkpoint: { job_id: string; sha256: string; bytes: number; token: number; saved_at: number }
  attempt: {
    id: string
    job_id: string
    node_id: string
    lease_id: string
    token: number
    state: AttemptState
    plan: string
    leased_at: number
    started_at: number | null
    ended_at: number | null
    /** When its last checkpoint arrived; `null` without one, and once that is known to be worth nothing. */
    saved_at: number | null
    reason: string | null
  }
  proof: {
    id: string
    node_id: string
    seq: number
    /** Hex SHA-256 of the signed body. */
    body_sha256: string
    job_id: string
    attempt_id: string
    lease_id: string
    /** `null` until its job has ended, and for good if the run is not paid. */
    receipt_id: string | null
    envelope: string
    accepted_at: number
    /** Where it ran, and the run time that is paid; `null` in proofs that had their receipt before a job could have several runs. */
    zone: string | null
    paid_ms: number | null
    unpaid: UnpaidCause | null
  }
  proof_refusal: { node_id: string; proof_id: string; code: string; refused_at: number }
}

export type AttemptState = JobView['attempts'][number]['state']
