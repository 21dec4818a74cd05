import type { Db } from '../persistence/database.ts'
import { type Position, accountsBetween, decisionsBetween, positionNow, receiptsBetween } from './changes.store.ts'
import { type Change, topicsOf } from './topics.ts'

/** What has changed since a position, and the position that this is up to. */
export interface Read {
  readonly changes: readonly Change[]
  readonly position: Position
}

const requesterIn = (body: string | null): string | null => {
  if (body === null) return null
  const { requesterId } = JSON.parse(body) as { readonly requesterId?: unknown }
  return typeof requesterId === 'string' ? requesterId : null
}

async function decided(db: Db, from: number, to: number): Promise<Change[]> {
  const changes = new Map<string, Change>()
  for (let after = from; after < to; ) {
    const rows = await decisionsBetween(db, after, to)
    for (const { kind, account, body } of rows)
      for (const topic of topicsOf(kind)) {
        const whose = account ?? requesterIn(body)
        changes.set(`${topic} ${whose}`, { topic, account: whose })
      }
    const last = rows.at(-1)
    if (!last) break
    after = last.seq
  }
  return [...changes.values()]
}

const REQUESTER = /^requester:([^:]+):/

async function booked(db: Db, from: number, to: number): Promise<Change[]> {
  if (to <= from) return []
  const whose = new Set((await accountsBetween(db, from, to)).flatMap((account) => REQUESTER.exec(account)?.[1] ?? []))
  return [null, ...whose].map((account) => ({ topic: 'ledger', account }))
}

async function issued(db: Db, from: number, to: number): Promise<Change[]> {
  return to <= from ? [] : (await receiptsBetween(db, from, to)).map((account) => ({ topic: 'receipts', account }))
}

/** What has changed since then; nothing at all where there is no “then”. It asks one question where nothing has. */
export async function readChanges(db: Db, since: Position | null): Promise<Read> {
  const position = await positionNow(db)
  if (since === null) return { changes: [], position }
  const changes: Change[] = [
    ...(await decided(db, since.decision, position.decision)),
    ...(await issued(db, since.receipt, position.receipt)),
    ...(await booked(db, since.booked, position.booked)),
    ...(position.act > since.act ? [{ topic: 'acts', account: null } as const] : []),
    ...(position.grid > since.grid ? [{ topic: 'zones', account: null } as const] : []),
    ...(position.payouts === since.payouts ? [] : [{ topic: 'payouts', account: null } as const]),
  ]
  return { changes, position }
}
