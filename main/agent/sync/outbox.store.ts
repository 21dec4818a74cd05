import { z } from 'zod'
import { Base64, Envelope, Id } from '../../../shared/contract/wire.ts'
import { createLatch } from '../../kernel/latch.ts'
import type { Sqlite } from '../../kernel/sqlite.ts'

const held = { leaseId: Id, token: z.number().int().positive() }

/** What an attempt has saved, to be handed over before its end is told. The archive itself lies beside the database. */
const CheckpointItem = z.strictObject({ kind: z.literal('checkpoint'), ...held, attemptId: Id })
export type CheckpointItem = z.infer<typeof CheckpointItem>

const GivenBackItem = z.strictObject({ kind: z.literal('given-back'), ...held, proofId: Id, envelope: Envelope, reason: z.string(), message: z.string() })
export type GivenBackItem = z.infer<typeof GivenBackItem>

/** What the coordinator still has to be told. The order of arrival is kept, because proofs form a chain. */
export const OutboxItem = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('start'), ...held }),
  CheckpointItem,
  z.strictObject({ kind: z.literal('fail'), ...held, reason: z.string(), message: z.string(), exitCode: z.number().int().nullable(), retry: z.boolean() }),
  z.strictObject({ kind: z.literal('proof'), ...held, proofId: Id, envelope: Envelope, output: Base64 }),
  /** A run that is proven and given back, told after what it saved was handed over. */
  GivenBackItem,
])
export type OutboxItem = z.infer<typeof OutboxItem>

/** A proof that waits, without the output it goes out with: outputs are large, and hundreds may wait after a week offline. */
const WaitingProof = z.object({ leaseId: Id, proofId: Id, envelope: Envelope })
export type WaitingProof = Readonly<z.infer<typeof WaitingProof>> & { readonly id: string }

const decodeProof = ({ id, body }: { id: string; body: string }): WaitingProof => ({ id, ...WaitingProof.parse(JSON.parse(body)) })

export type OutboxStore = ReturnType<typeof createOutboxStore>

/** All SQL on table `outbox`. An item leaves only when the coordinator has answered for good. */
export function createOutboxStore(db: Sqlite) {
  const insert = db.prepare<[string, string, string, number]>('INSERT INTO outbox (id, kind, body, created_at) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO NOTHING')
  const first = db.prepare<[], { id: string; body: string; created_at: number }>('SELECT id, body, created_at FROM outbox ORDER BY seq LIMIT 1')
  const proofs = db.prepare<[], { id: string; body: string }>(
    "SELECT id, json_remove(body, '$.output') AS body FROM outbox WHERE kind IN ('proof', 'given-back') ORDER BY seq",
  )
  const nextProof = db.prepare<[], { id: string; body: string }>(
    "SELECT id, json_remove(body, '$.output') AS body FROM outbox WHERE kind IN ('proof', 'given-back') ORDER BY seq LIMIT 1",
  )
  const replace = db.prepare<[string, string, string]>("UPDATE outbox SET body = json_set(body, '$.proofId', ?, '$.envelope', json(?)) WHERE id = ?")
  const defer = db.prepare<[string]>('UPDATE outbox SET seq = (SELECT max(seq) + 1 FROM outbox) WHERE id = ?')
  const inOrder = db.prepare<[], { id: string; body: string }>('SELECT id, body FROM outbox ORDER BY seq')
  const handingOver = db.prepare<[number], { body: string }>("SELECT body FROM outbox WHERE kind = 'checkpoint' AND created_at > ? ORDER BY seq")
  const count = db.prepare<[], { n: number }>('SELECT count(*) AS n FROM outbox')
  const remove = db.prepare<[string]>('DELETE FROM outbox WHERE id = ?')
  const added = createLatch()
  return {
    add: (id: string, item: OutboxItem, at: number): void => {
      insert.run(id, item.kind, JSON.stringify(item), at)
      added.raise()
    },
    /** Resolves `true` as soon as something was added since the last call; `false` when `signal` aborts. For one who waits. */
    added: added.wait,
    peek: (): { id: string; item: OutboxItem; createdAt: number } | null => {
      const row = first.get()
      return row ? { id: row.id, item: OutboxItem.parse(JSON.parse(row.body)), createdAt: row.created_at } : null
    },
    /** What waits, oldest first, up to the first that carries no proof. Nothing may be written before the last one is read. */
    *chained(): Generator<{ id: string; item: Extract<OutboxItem, { kind: 'proof' | 'given-back' }> }> {
      for (const { id, body } of inOrder.iterate()) {
        const item = OutboxItem.parse(JSON.parse(body))
        if (item.kind !== 'proof' && item.kind !== 'given-back') return
        yield { id, item }
      }
    },
    /** The proofs that wait, oldest first. */
    proofs: (): WaitingProof[] => proofs.all().map(decodeProof),
    /** The first of them; `null` if none waits. */
    nextProof: (): WaitingProof | null => {
      const row = nextProof.get()
      return row ? decodeProof(row) : null
    },
    /** Sends this proof instead, in the same place and with the same output. */
    replaceProof: (id: string, { proofId, envelope }: Pick<WaitingProof, 'proofId' | 'envelope'>): void => {
      replace.run(proofId, JSON.stringify(envelope), id)
    },
    /** Lets everything else that waits go first. */
    defer: (id: string): void => void defer.run(id),
    /** Checkpoints that were left after `at` and are not handed over yet. */
    handingOver: (at: number): CheckpointItem[] => handingOver.all(at).map(({ body }) => CheckpointItem.parse(JSON.parse(body))),
    count: (): number => count.get()?.n ?? 0,
    remove: (id: string): void => {
      remove.run(id)
    },
  }
}
