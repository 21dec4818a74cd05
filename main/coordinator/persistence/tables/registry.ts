/** Tables of the registry feature, as kysely sees them. */
export type RegistryTables = Record<never, never>
