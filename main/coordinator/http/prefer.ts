import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Caller } from './parts.ts'

const MAY_WAIT: ReadonlySet<string> = new Set(['submitProof', 'submitProofs'])

/** Whether a call may be answered before what it asks for is done. */
export const mayBeAsync = (call: string): boolean => MAY_WAIT.has(call)

/** Whether a request says `Prefer: respond-async` (RFC 7240 §4.1) to a call that can. */
export const prefersAsync = (call: string, { headers: { prefer } }: Pick<FastifyRequest, 'headers'>): boolean =>
  mayBeAsync(call) && [prefer ?? []].flat().some((text) => /(?:^|,)\s*respond-async\s*(?:[,;]|$)/i.test(text))

/** The caller, known not to wait. */
export const impatient = (caller: Caller): Caller => (caller.kind === 'node' ? { ...caller, isAsync: true } : caller)

/** The answer is on its way by other means: 202, and that the preference was followed (RFC 7240 §3). */
export const acceptedAsync = (reply: FastifyReply): FastifyReply => reply.code(202).header('preference-applied', 'respond-async').header('vary', 'prefer')
