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

/** Error: `auth.required` unless a requester calls. */
export function requesterOf(caller: Caller): string {
  if (caller.kind !== 'requester') throw new WindfallError('auth.required', 'Only a requester with an API key may do this.')
  return caller.requesterId
}
