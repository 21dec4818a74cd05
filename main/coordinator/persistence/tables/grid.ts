/** Tables of the grid oracle, as kysely sees them. Times are epoch milliseconds. */
export interface GridTables {
  /** What a provider said, as it said it: the providers keep no history of their forecasts. `signal` is what `packSignal` makes of it. */
  grid_issue: {
    id: string
    zone: string
    kind: string
    provider: string
    issued_at: number
    received_at: number
    body_sha256: string
    signal: string
  }
  /** What was measured, by slot; a provider that corrects itself adds a row, so that what was known at a time stays known. */
  grid_value: {
    zone: string
    kind: string
    provider: string
    from_at: number
    known_at: number
    to_at: number
    value: number
    issue_id: string
  }
}
