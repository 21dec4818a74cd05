export interface ApprovalTables {
  approval: {
    id: string
    kind: string
    /** What it is about: nothing waits twice for the same. */
    about: string
    summary: string
    /** What is done once it is approved, as JSON. */
    body: string
    state: 'waiting' | 'done' | 'rejected' | 'expired'
    asked_by: string
    /** Whose keys and sessions are one person's. */
    asked_person: string
    asked_at: number
    expires_at: number
    decided_by: string | null
    decided_at: number | null
    reason: string | null
  }
}
