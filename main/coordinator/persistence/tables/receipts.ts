/** Tables of the receipts feature, as kysely sees them. */
export type ReceiptTables = Record<never, never>
