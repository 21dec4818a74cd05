import type { QuorumView } from '../../../../shared/contract/quorum.ts'
import type { CanaryVerdict } from '../../../../shared/contract/canary.ts'

/** Tables of results that are compared and of jobs whose answer is known, as kysely sees them. Times are epoch milliseconds. */
export interface QuorumTables {
  /** A proven result of a job of which several are compared. */
  job_result: {
    proof_id: string
    job_id: string
    node_id: string
    lease_id: string
    /** The first result of a job is 1. */
    copy: number
    output_sha256: string
    at: number
    verdict: QuorumView['results'][number]['verdict']
    agree: number
    /** Whether its bytes are no longer kept, as 0 or 1. */
    output_gone: number
  }
  /** How many results of a node others confirmed in a row, of one requester's jobs with one image. */
  node_validity: { node_id: string; requester_id: string; image: string; consecutive: number }
  /** What a requester's compared jobs have brought the platform, less what it spent on having them repeated. */
  requester_repeats: { requester_id: string; net_micro: bigint }
  canary: { id: string; spec: string; output_sha256: string; added_at: number; removed_at: number | null }
  /** A job that an operator knows the answer of, and for which node it was made; `verdict`: what came of it. */
  canary_job: { job_id: string; canary_id: string; node_id: string; given_at: number; verdict: CanaryVerdict | null }
}
