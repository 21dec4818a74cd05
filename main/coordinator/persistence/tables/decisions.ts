/** Tables of the decision log, as kysely sees them. Times are epoch milliseconds; JSON travels as text. */
export interface DecisionTables {
  /** Only ever appended to. `body` is the text that was hashed. */
  decision: { seq: number; at: number; kind: string; form: 'fact' | 'choice'; body: string; prev_hash: string; hash: string }
  /** What a record can be found by; all of it stands in its body. `is_first` is 1 for what it is about, 0 for what else it concerns. */
  decision_subject: { kind: string; id: string; seq: number; is_first: number }
  /** What choices were made on, by its SHA-256: JSON text, deflated (RFC 1951), in base64. */
  decision_input: { sha256: string; bytes: number; packed: string; first_used_at: number; last_used_at: number }
}
