/** Tables of the ledger, as kysely sees them. Append-only but for `ledger_balance`, which is the running sum of the transfers. */
export interface LedgerTables {
  ledger_transaction: {
    id: string
    kind: string
    at: number
    /** Hex SHA-256 of what was booked: the same id with other content is a mistake, not a repetition. */
    sha256: string
  }
  /** One movement from one account to another: balanced by its shape, whoever writes the row. */
  ledger_transfer: { transaction_id: string; n: number; from_account: string; to_account: string; asset: string; amount: bigint }
  ledger_balance: { account: string; asset: string; amount: bigint; overdraft: number }
}
