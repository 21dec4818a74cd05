/** Tables of the ledger, as kysely sees them. The database refuses to change what is booked; `ledger_balance` is the running sum of the transfers. */
export interface LedgerTables {
  ledger_transaction: {
    id: string
    /** Its place among all transactions, in the order in which they were booked. */
    seq: number
    kind: string
    at: number
    /** Hex SHA-256 of what was booked: the same id with other content is a mistake, not a repetition. */
    sha256: string
    /** How many transfers it has: the database takes no other. */
    transfers: number
    note: string | null
  }
  /** One movement from one account to another: balanced by its shape, whoever writes the row. */
  ledger_transfer: { transaction_id: string; n: number; from_account: string; to_account: string; asset: string; amount: bigint }
  ledger_balance: { account: string; asset: string; amount: bigint; overdraft: number }
  /** Nothing is booked before `until` any more, from the moment the row is there; `sheet` is the signed envelope, as JSON, once it is made. */
  ledger_transaction_period: { until: number; closed_at: number; sheet: string | null }
  /** The credits of a receipt, micro-EUR; `waits`: to be verified once the receipt is anchored. */
  credit: { receipt_id: string; node_id: string; amount: bigint; leaf_index: number; waits: number }
}
