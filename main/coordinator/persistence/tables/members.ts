import type { SessionView } from '../../../../shared/contract/member.ts'
import type { Role } from '../../../../shared/domain/permissions.ts'

/** Tables of people who sign in, as kysely sees them. Times are epoch milliseconds. */
export interface MemberTables {
  /** Found by `issuer` and `subject` once they are known, and by `email` until then. One that was removed stays, since others name it. */
  member: {
    id: string
    email: string | null
    name: string | null
    role: Role
    requester_id: string | null
    issuer: string | null
    subject: string | null
    invited_by: string
    invited_at: number
    joined_at: number | null
    seen_at: number | null
    removed_at: number | null
  }
  /** `idle_ms`: one that was not used for so long has ended, and one that is older than `expires_at` too. */
  member_session: {
    id: string
    token_sha256: string
    member_id: string
    client: SessionView['client']
    label: string | null
    created_at: number
    seen_at: number
    idle_ms: number
    expires_at: number
  }
  /** A browser that was sent to the provider; `aim` is JSON. */
  sign_in: { state_sha256: string; browser_sha256: string; nonce: string; verifier: string; aim: string; expires_at: number }
  /** What a person may give a command line, so that it has a session of theirs. */
  sign_in_code: { code_sha256: string; challenge: string; member_id: string; label: string | null; expires_at: number }
}
