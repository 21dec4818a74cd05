import type { Principal, Reach, Viewer } from '../../../shared/domain/permissions.ts'
import { WindfallError } from '../../../shared/errors.ts'
import type { Caller, CoordinatorHandlers } from './parts.ts'

/** Some of the calls of the contract. */
export type Called<K extends keyof CoordinatorHandlers> = Pick<CoordinatorHandlers, K>

/** Error: `auth.required` unless an enrolled node calls. */
export function nodeOf(caller: Caller): string {
  if (caller.kind !== 'node') throw new WindfallError('auth.required', 'Only an enrolled node may do this.')
  return caller.nodeId
}

/** Whether the caller does not wait for what it asks for to be done. */
export const isAsync = (caller: Caller): boolean => caller.kind === 'node' && caller.isAsync === true

/** Error: `auth.required` unless an API key or a signed-in person calls. */
export function principalOf(caller: Caller): Principal & { readonly reach: Reach } {
  if (caller.kind === 'public' || caller.kind === 'node')
    throw new WindfallError('auth.required', 'Only a requester with an API key, or somebody who has signed in, may do this.')
  return caller
}

/** Who acts, as the logs name it. The border has checked that they may. Error: `auth.required`. */
export const byOf = (caller: Caller): string => principalOf(caller).by

/** Whose keys and sessions count as one person, where two have to agree: those of an account, or of a member without one. Error: `auth.required`. */
export const personOf = (caller: Caller): string => {
  const { account, by } = principalOf(caller)
  return account ?? by
}

/** The account whose jobs and money the caller acts on. Errors: `auth.required`, `auth.refused` for a person without an account. */
export function requesterOf(caller: Caller): string {
  const { account } = principalOf(caller)
  if (account === null)
    throw new WindfallError('auth.refused', 'You have signed in without an account that jobs and money belong to. Ask an owner to give you one.')
  return account
}

/** Whose rows the caller may see by the permission of this call. Error: `auth.required`. */
export function viewerOf(caller: Caller): Viewer {
  const { by, account, reach } = principalOf(caller)
  return { by, account, all: reach === 'all' }
}
