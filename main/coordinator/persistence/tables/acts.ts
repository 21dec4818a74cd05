/** Tables of the log of acts, as kysely sees them. Times are epoch milliseconds; JSON travels as text. */
export interface ActTables {
  /** Only ever appended to. `body` is the text that was hashed; `id` and `outcome` stand in it, and are here to be found by. */
  act: { seq: number; at: number; kind: string; body: string; prev_hash: string; hash: string; id: string; outcome: string }
  /** What an act can be found by: who acted (`actor`), and what it was about. */
  act_subject: { subject: string; role: 'actor' | 'about'; seq: number }
  /** What is not in the chain itself, which holds the hash of `text`; gone once it is to be forgotten. */
  act_detail: { seq: number; at: number; text: string }
  /** Signed: that this was the newest act then. */
  act_head: { seq: number; hash: string; at: number; envelope: string }
}
