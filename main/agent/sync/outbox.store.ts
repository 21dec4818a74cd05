import { z } from 'zod'
import { Base64, Envelope, Id } from '../../../shared/contract/wire.ts'
import type { Sqlite } from '../../kernel/sqlite.ts'

const held = { leaseId: Id, token: z.number().int().positive() }

/** What the coordinator still has to be told. The order of arrival is kept, because proofs form a chain. */
export const OutboxItem = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('start'), ...held }),
  z.strictObject({ kind: z.literal('fail'), ...held, reason: z.string(), message: z.string(), exitCode: z.number().int().nullable(), retry: z.boolean() }),
  z.strictObject({ kind: z.literal('proof'), ...held, proofId: Id, envelope: Envelope, output: Base64 }),
])
export type OutboxItem = z.infer<typeof OutboxItem>
export type OutboxProof = Extract<OutboxItem, { kind: 'proof' }>

export type OutboxStore = ReturnType<typeof createOutboxStore>

/** All SQL on table `outbox`. An item leaves only when the coordinator has answered for good. */
export function createOutboxStore(db: Sqlite) {
  const insert = db.prepare<[string, string, string, number]>('INSERT INTO outbox (id, kind, body, created_at) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO NOTHING')
  const first = db.prepare<[], { id: string; body: string }>('SELECT id, body FROM outbox ORDER BY seq LIMIT 1')
  const proofs = db.prepare<[], { id: string; body: string }>("SELECT id, body FROM outbox WHERE kind = 'proof' ORDER BY seq")
  const replace = db.prepare<[string, string]>('UPDATE outbox SET body = ? WHERE id = ?')
  const remove = db.prepare<[string]>('DELETE FROM outbox WHERE id = ?')
  return {
    add: (id: string, item: OutboxItem, at: number): void => {
      insert.run(id, item.kind, JSON.stringify(item), at)
    },
    peek: (): { id: string; item: OutboxItem } | null => {
      const row = first.get()
      return row ? { id: row.id, item: OutboxItem.parse(JSON.parse(row.body)) } : null
    },
    /** The proofs that wait, oldest first. */
    proofs: (): { id: string; item: OutboxProof }[] =>
      proofs.all().flatMap((row) => {
        const item = OutboxItem.parse(JSON.parse(row.body))
        return item.kind === 'proof' ? [{ id: row.id, item }] : []
      }),
    /** Sends `item` instead, in the same place. */
    replace: (id: string, item: OutboxItem): void => {
      replace.run(JSON.stringify(item), id)
    },
    remove: (id: string): void => {
      remove.run(id)
    },
  }
}
