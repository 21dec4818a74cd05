import type { Blobs } from '../persistence/blobs.ts'
import { type Db, type Tx, transact } from '../persistence/database.ts'
import { createContentStore } from './content.store.ts'
import { type ErasureRow, createErasuresStore } from './erasures.store.ts'
import { whatGoesOn, whatIsOwed } from './owed.ts'
import { type Scope, createPersonsStore } from './persons.store.ts'
import { PLACES } from './places.ts'
import { idsOf } from './scope.ts'

export interface ErasingDeps {
  readonly db: Db
  readonly clock: { readonly now: () => number }
  readonly stores: Readonly<Record<'blobs' | 'outputs' | 'checkpoints', Pick<Blobs, 'remove'>>>
  readonly decide: (tx: Tx, kind: string, body: object) => Promise<void>
  /** Looks for what the logs say of any of these ids. Returns what removes it, in the transaction that erases everything else. */
  readonly findTraces: (db: Db, ids: ReadonlySet<string>) => Promise<(tx: Tx, erasureId: string) => Promise<void>>
}

const open = async (db: Db | Tx, scope: Scope): Promise<string[]> => [...(await whatIsOwed(db, scope)), ...(await whatGoesOn(db, scope))]

async function removeContent({ db, clock, stores }: Pick<ErasingDeps, 'db' | 'clock' | 'stores'>, scope: Scope): Promise<void> {
  for (const { store, digest } of await createContentStore(db, scope).alone()) await stores[store].remove(digest, clock.now())
}

/** Changes and removes rows of every table. Returns how many, by table. */
async function eraseRows(tx: Tx, scope: Scope, now: number): Promise<Record<string, number>> {
  const store = createPersonsStore(tx)
  const counts: Record<string, number> = {}
  await store.beginWiping()
  for (const place of PLACES) {
    const rows = await store.erase(place, scope)
    if (rows > 0) counts[place.table] = (counts[place.table] ?? 0) + rows
  }
  await store.signOff(scope, now)
  await store.endWiping()
  return counts
}

/**
 * Erases what was asked for, whose time has come: content before its rows, without which nobody finds it, then all rows, traces in the logs and the
 * word that it is done in one transaction. Repeating it after a crash is harmless. Returns what it waits for instead; empty if it is done.
 */
export async function erase(deps: ErasingDeps, row: ErasureRow): Promise<readonly string[]> {
  const { db, clock, decide, findTraces } = deps
  const scope = JSON.parse(row.scope) as Scope
  const waitsFor = await open(db, scope)
  if (waitsFor.length > 0) {
    await transact(db, (tx) => createErasuresStore(tx).change(row.id, { held_by: JSON.stringify(waitsFor) }))
    return waitsFor
  }
  const eraseTraces = await findTraces(db, await idsOf(db, scope))
  // That takes a while, in which somebody may have thought again.
  const sinceThen = await open(db, scope)
  if (sinceThen.length > 0 || (await createErasuresStore(db).get(row.id))?.state !== 'waiting') return sinceThen
  await removeContent(deps, scope)
  return transact(db, async (tx) => {
    const stillOpen = await open(tx, scope)
    if (stillOpen.length > 0 || (await createErasuresStore(tx).get(row.id))?.state !== 'waiting') return stillOpen
    const counts = await eraseRows(tx, scope, clock.now())
    await eraseTraces(tx, row.id)
    await decide(tx, 'person.erased', { erasureId: row.id, rows: Object.values(counts).reduce((sum, rows) => sum + rows, 0) })
    await createErasuresStore(tx).change(row.id, { state: 'done', ended_at: clock.now(), held_by: null, counts: JSON.stringify(counts) })
    return []
  })
}

const PAGE = 100

/** Erases everything whose time has come. What waits, for however long, and what fails hold nobody else up. Throws the first failure, at the end. */
export async function eraseDue(deps: ErasingDeps): Promise<void> {
  const failures: unknown[] = []
  for (let after = ''; ; ) {
    const page = await createErasuresStore(deps.db).due(deps.clock.now(), { after, limit: PAGE })
    for (const row of page) await erase(deps, row).catch((error: unknown) => failures.push(error))
    after = page.at(-1)?.id ?? after
    if (page.length < PAGE) break
  }
  if (failures.length > 0) throw failures[0]
}
