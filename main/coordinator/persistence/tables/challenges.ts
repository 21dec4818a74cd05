import type { ChallengeCause, ChallengeState } from '../../../../shared/contract/proof.ts'

/** The table of challenges, as kysely sees it. Times are epoch milliseconds; JSON travels as text. */
export interface ChallengeTables {
  challenge: {
    id: string
    proof_id: string
    node_id: string
    cause: ChallengeCause
    /** `planned` is a spot check whose time has not come; nobody is told of it. */
    state: 'planned' | ChallengeState
    /** When the next thing happens to it by itself, `null` if only the node can move it on. */
    due_at: number | null
    asked_at: number | null
    ended_at: number | null
    /** Hex SHA-256 of the answer as it was sent. */
    answer_sha256: string | null
    message: string | null
    figures: string | null
  }
}
