import type { personCalls } from '../../../shared/contract/person.ts'
import type { Permission } from '../../../shared/domain/permissions.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { type Called, nodeOf, principalOf } from './callers.ts'
import type { Caller, CoordinatorParts } from './parts.ts'

/** Who asks about a person, and which persons they are themselves. */
function askerOf(caller: Caller) {
  if (caller.kind === 'node') return { by: caller.nodeId, own: [`node:${caller.nodeId}`], isKeeper: false }
  const { kind, by, account, reach } = principalOf(caller)
  const own = [...(kind === 'member' ? [by] : []), ...(account === null ? [] : [`requester:${account}`])]
  return { by, own, isKeeper: reach === 'all' }
}

/** What an archive of an account shows, and what is over once it is erased. */
const SHOWN: readonly Permission[] = ['jobs.read', 'account.read', 'receipts.read', 'decisions.read', 'webhooks.read', 'keys.read']
const ENDED: readonly Permission[] = ['jobs.write', 'account.write', 'webhooks.write', 'keys.write']

/**
 * An account belongs to all who sign in to it and to all of its keys: a key that was given less, or a member who only looks on, neither takes it along nor
 * ends it. Error: `auth.refused`.
 */
function askerFor(caller: Caller, person: string, needed: readonly Permission[]) {
  const asker = askerOf(caller)
  const { grants } = principalOf(caller)
  const isAccount = (person === 'me' ? asker.own[0] : person)?.startsWith('requester:') === true
  const missing = isAccount && !asker.isKeeper ? needed.find((name) => grants[name] === undefined) : undefined
  if (missing === undefined) return asker
  throw new WindfallError(
    'auth.refused',
    `Everything of an account is only for who may do everything in it, and you may not: ${missing}. Ask somebody whose key or role comes with it.`,
  )
}

/** The same for a machine, which speaks for its owner. Error: `auth.required`. */
function ownerOf(caller: Caller) {
  nodeOf(caller)
  return askerOf(caller)
}

/** What is kept about persons. */
export const personHandlers = ({ persons }: Pick<CoordinatorParts, 'persons'>): Called<keyof typeof personCalls> => ({
  exportPerson: (asked, caller) => persons.export(askerFor(caller, asked.person, SHOWN), asked),
  erasePerson: ({ person }, caller) => persons.erase(askerFor(caller, person, ENDED), person),
  cancelErasure: ({ person }, caller) => persons.cancel(askerOf(caller), person),
  listErasures: (page, caller) => persons.list(askerOf(caller), page),
  exportOwnData: ({ after }, caller) => persons.export(ownerOf(caller), { person: 'me', after }),
  eraseOwnData: (_, caller) => persons.erase(ownerOf(caller), 'me'),
  cancelOwnErasure: (_, caller) => persons.cancel(ownerOf(caller), 'me'),
})
