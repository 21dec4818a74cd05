/** Tables of the jobs feature, as kysely sees them. */
export type JobTables = Record<never, never>
