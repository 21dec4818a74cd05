/** Tables of the model registry, as kysely sees them. Times are epoch milliseconds; JSON travels as text. */
export interface ModelTables {
  model: { name: string; version: string; body: string; added_by: string; added_at: number }
}
