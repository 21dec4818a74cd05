/** Tables of the ledger feature, as kysely sees them. */
export type LedgerTables = Record<never, never>
