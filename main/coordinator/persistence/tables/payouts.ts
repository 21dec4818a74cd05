/** Tables of the payouts feature, as kysely sees them. */
export type PayoutTables = Record<never, never>
