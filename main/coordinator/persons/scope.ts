import { WindfallError } from '../../../shared/errors.ts'
import type { Db, Tx } from '../persistence/database.ts'
import type { Person, PersonKind } from './erasures.store.ts'
import { type Scope, createPersonsStore } from './persons.store.ts'

export const nameOf = ({ kind, id }: Person): string => `${kind}:${id}`

/** `requester:ada` → its two parts; the border has checked the form. */
export function personOf(name: string): Person {
  const at = name.indexOf(':')
  return { kind: name.slice(0, at) as PersonKind, id: name.slice(at + 1) }
}

const NOBODY: Scope = { requesterIds: [], nodeIds: [], fleetIds: [], memberIds: [] }

/** What a person is known by. Error: `not-found`. */
export async function scopeOf(db: Db | Tx, person: Person): Promise<Scope> {
  const store = createPersonsStore(db)
  const { kind, id } = person
  const missing = new WindfallError('not-found', `There is nobody called ${nameOf(person)}. A person is requester:ID, member:ID or node:ID.`)
  if (kind === 'requester' && (await store.hasRequester(id))) return { ...NOBODY, requesterIds: [id], memberIds: await store.membersOf(id) }
  if (kind === 'member' && (await store.hasMember(id))) return { ...NOBODY, memberIds: [id] }
  const machines = kind === 'node' ? await store.machines(id) : { nodeIds: [], fleetIds: [] }
  if (machines.nodeIds.length === 0) throw missing
  return { ...NOBODY, ...machines }
}

/**
 * Everything that stands in the logs for a person, their jobs and machines. A job is `job:ID` and nothing else: its requester chooses the id, and could call
 * it as somebody else is called, or as what the logs say of everybody.
 */
export async function idsOf(db: Db, scope: Scope): Promise<ReadonlySet<string>> {
  const { requesterIds, nodeIds, fleetIds, memberIds } = scope
  const named = [...requesterIds.map((id) => `requester:${id}`), ...nodeIds.map((id) => `node:${id}`), ...memberIds.map((id) => `member:${id}`)]
  const store = createPersonsStore(db)
  const jobs = (await store.jobIds(scope)).map((id) => `job:${id}`)
  return new Set([
    ...requesterIds,
    ...nodeIds,
    ...fleetIds,
    ...memberIds,
    ...named,
    ...jobs,
    ...(await store.emails(scope)).filter((email) => email.includes('@')),
  ])
}
