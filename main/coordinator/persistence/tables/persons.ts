/** Table of what is to be erased of persons, as kysely sees it. Times are epoch milliseconds. */
export interface PersonTables {
  erasure: {
    id: string
    kind: 'requester' | 'node' | 'member'
    person: string
    /** What the person was known by when it was asked for, as JSON: ids of accounts, machines, fleets and sign-ins. */
    scope: string
    state: 'waiting' | 'cancelled' | 'done'
    asked_at: number
    asked_by: string
    /** From when on it can no longer be cancelled and happens. */
    due_at: number
    ended_at: number | null
    /** What it waits for although its time has come, in words; `null` if nothing. */
    held_by: string | null
    /** Rows that were changed or removed, by table, as JSON; `null` until it is done. */
    counts: string | null
  }
}
