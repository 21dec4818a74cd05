import type { InputOf, OutputOf } from '../../../shared/contract/define.ts'
import type { ErasureView, personCalls } from '../../../shared/contract/person.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { toIso } from '../../../shared/units.ts'
import { type Tx, transact } from '../persistence/database.ts'
import { type ErasingDeps, eraseDue } from './erasing.ts'
import { type ErasureRow, type Person, createErasuresStore } from './erasures.store.ts'
import { type ExportDeps, exportPage } from './exporting.ts'
import { whatGoesOn, whatIsOwed } from './owed.ts'
import { nameOf, personOf, scopeOf } from './scope.ts'

type In<K extends keyof typeof personCalls> = InputOf<(typeof personCalls)[K]>
type Out<K extends keyof typeof personCalls> = Promise<OutputOf<(typeof personCalls)[K]>>

/** Who asks: as the logs name them, which persons they are, and whether they look after those of others. */
export interface Asker {
  readonly by: string
  readonly own: readonly string[]
  readonly isKeeper: boolean
}

export interface Persons {
  /** Errors: `auth.refused` for somebody else, `not-found`. */
  readonly export: (asker: Asker, asked: In<'exportPerson'>) => Out<'exportPerson'>
  /** Errors: as of `export`, and `conflict` while something is owed or goes on. */
  readonly erase: (asker: Asker, person: string) => Promise<ErasureView>
  readonly cancel: (asker: Asker, person: string) => Promise<ErasureView>
  readonly list: (asker: Asker, page: In<'listErasures'>) => Out<'listErasures'>
  readonly run: () => Promise<void>
}

export interface PersonsDeps extends ErasingDeps, ExportDeps {
  readonly nextId: () => string
  /** For how long an erasure can be cancelled, milliseconds. */
  readonly undoMs: number
  /** Accounts without which there is no coordinator. */
  readonly lasting: readonly string[]
}

/** Whom somebody means. Error: `auth.refused`. */
function meant({ own, isKeeper }: Asker, name: string): string {
  const [first] = own
  if (name === 'me' && first !== undefined) return first
  if (name !== 'me' && (isKeeper || own.includes(name))) return name
  throw new WindfallError(
    'auth.refused',
    `You are ${own.join(' and ') || 'nobody that something is kept about'}. Only an owner of this coordinator asks for somebody else.`,
  )
}

const viewOf = (row: ErasureRow): ErasureView => ({
  erasureId: row.id,
  person: nameOf({ kind: row.kind, id: row.person }),
  state: row.state,
  askedAt: toIso(row.asked_at),
  askedBy: row.asked_by,
  dueAt: toIso(row.due_at),
  endedAt: row.ended_at === null ? null : toIso(row.ended_at),
  waitsFor: row.held_by === null ? [] : (JSON.parse(row.held_by) as string[]),
  erased: row.counts === null ? null : (JSON.parse(row.counts) as Record<string, number>),
})

function requireErasable({ lasting }: PersonsDeps, { kind, id }: Person): void {
  if (kind !== 'requester' || !lasting.includes(id)) return
  throw new WindfallError('conflict', `The account ${id} belongs to the coordinator itself and to no person. To erase a member or a requester, name them.`)
}

async function ask(deps: PersonsDeps, tx: Tx, [by, person]: readonly [string, Person]): Promise<ErasureRow> {
  const store = createErasuresStore(tx)
  const waiting = await store.of(person, 'waiting')
  if (waiting) return waiting
  const scope = await scopeOf(tx, person)
  const owed = await whatIsOwed(tx, scope)
  if (owed.length > 0)
    throw new WindfallError('conflict', `${nameOf(person)} cannot be erased yet, and nothing was changed. What is to be done first: ${owed.join('; ')}.`)
  const goesOn = await whatGoesOn(tx, scope)
  const now = deps.clock.now()
  const row: ErasureRow = {
    id: deps.nextId(),
    kind: person.kind,
    person: person.id,
    scope: JSON.stringify(scope),
    state: 'waiting',
    asked_at: now,
    asked_by: by,
    due_at: now + deps.undoMs,
    ended_at: null,
    held_by: goesOn.length > 0 ? JSON.stringify(goesOn) : null,
    counts: null,
  }
  await store.add(row)
  await deps.decide(tx, 'person.erasure-asked', { erasureId: row.id, person: nameOf(person), dueAt: toIso(row.due_at), by })
  return row
}

async function cancel(deps: PersonsDeps, tx: Tx, [by, person]: readonly [string, Person]): Promise<ErasureRow> {
  const store = createErasuresStore(tx)
  const waiting = await store.of(person, 'waiting')
  if (!waiting) {
    const cancelled = await store.of(person, 'cancelled')
    if (cancelled) return cancelled
    throw new WindfallError('not-found', `Nothing of ${nameOf(person)} is about to be erased. What was erased cannot be brought back.`)
  }
  const changes = { state: 'cancelled', ended_at: deps.clock.now(), held_by: null } as const
  await store.change(waiting.id, changes)
  await deps.decide(tx, 'person.erasure-cancelled', { erasureId: waiting.id, person: nameOf(person), by })
  return { ...waiting, ...changes }
}

/** What is kept about persons: handed out, and erased once they ask. */
export function createPersons(deps: PersonsDeps): Persons {
  const { db } = deps
  return {
    async export(asker, { person, after }) {
      const name = meant(asker, person)
      return exportPage(deps, { name, scope: await scopeOf(db, personOf(name)), after })
    },
    async erase(asker, name) {
      const person = personOf(meant(asker, name))
      requireErasable(deps, person)
      return viewOf(await transact(db, (tx) => ask(deps, tx, [asker.by, person])))
    },
    async cancel(asker, name) {
      return viewOf(await transact(db, (tx) => cancel(deps, tx, [asker.by, personOf(meant(asker, name))])))
    },
    async list({ own, isKeeper }, { state, after, limit }) {
      if (own.length === 0 && !isKeeper) return { items: [], next: null }
      const found = await createErasuresStore(db).page({ persons: isKeeper ? null : own.map(personOf), state, after, limit: limit + 1 })
      const items = found.slice(0, limit).map(viewOf)
      return { items, next: found.length > limit ? (items.at(-1)?.erasureId ?? null) : null }
    },
    run: () => eraseDue(deps),
  }
}
