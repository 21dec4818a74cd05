import type { JobState, JobView, YieldReason } from '../../../../shared/contract/job.ts'
import type { AfterWhen } from '../../../../shared/contract/job-links.ts'
import type { PlaceKind } from '../../../../shared/domain/places.ts'
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
    /** `null` unless it was made from a template. */
    template_name: string | null
    template_version: number | null
    /** `null` for a job that was submitted by itself. */
    array_id: string | null
    array_index: number | null
    /** 1: it waits for other jobs, or for its next try, and is not planned until then. */
    blocked: number
    /** When it is tried again after it failed by itself. */
    retry_at: number | null
    /** Whether what it produced is no longer kept, as 0 or 1. */
    output_gone: number
    /** What it works on. */
    place: PlaceKind
    /** Where it stands in its requester’s line, on a virtual clock; the lower goes first. */
    fair_start: number
    /** 1: its deadline was never promised. */
    best_effort: number
    /** Which result is being made, from 1 on. */
    copy: number
    agree: number
    confirm_by: number | null
    /** The only node that may do it; `null`: any. */
    pinned_to: string | null
  }
  /** Which job does which one over, that failed, expired or was cancelled; each at most once. */
  job_again: { job_id: string; of_job_id: string }
  /** By requester and kind of place: where its last job ends on the virtual clock. */
  fair_share: { place: PlaceKind; requester_id: string; finish: number }
  /** What jobs, and whole arrays, wait for. */
  job_after: {
    waiter_kind: 'job' | 'array'
    waiter_id: string
    kind: 'job' | 'array'
    id: string
    ends: AfterWhen
    /** 1: something of it has ended, and nobody has looked at the waiter since. */
    due: number
  }
  /** Every version of every template; a deleted one keeps its versions, so that none is used twice. */
  job_template: { requester_id: string; name: string; version: number; body: string; created_at: number; deleted_at: number | null }
  job_array: {
    id: string
    requester_id: string
    name: string
    jobs: number
    submitted_at: number
    /** Of what was submitted: the same again is harmless. */
    request_sha256: string
    template_name: string | null
    template_version: number | null
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
    /** Why its node is asked to save where it is and end, for as long as it runs. */
    asked_back: YieldReason | null
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
    /** Of which result of its job it is a run. */
    copy: number
  }
  proof_refusal: { node_id: string; proof_id: string; code: string; refused_at: number }
}

export type AttemptState = JobView['attempts'][number]['state']
