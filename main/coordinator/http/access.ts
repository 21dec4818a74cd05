import type { FastifyRequest } from 'fastify'
import type { Access } from '../../../shared/contract/define.ts'
import type { NodeState } from '../../../shared/contract/node.ts'
import type { PublicJwk } from '../../../shared/contract/wire.ts'
import { WindfallError } from '../../../shared/errors.ts'
import type { Clock } from '../../kernel/clock.ts'
import { SIGNATURE_MAX_AGE_S, checkSignature, contentDigest, readSignature } from '../../kernel/http-signature.ts'
import type { Caller } from './parts.ts'

interface KnownNode {
  readonly nodeId: string
  readonly keyId: string
  readonly publicJwk: PublicJwk
  readonly state: NodeState
  readonly stateReason: string | null
}

export interface AccessDeps {
  readonly clock: Clock
  /** Whose key this is or was; `keyId` is the one that signs now. */
  readonly nodeOfKey: (keyId: string) => Promise<KnownNode | null>
  readonly requesterOfKey: (apiKey: string) => Promise<string | null>
}

export interface Checked {
  readonly caller: Caller
  /** What the body must hash to, `null` if the caller did not sign it. */
  readonly contentDigest: string | null
}

/** Remembers nonces for as long as a signature that carries one could still be fresh. */
function createNonces(clock: Pick<Clock, 'monotonic'>): (nonce: string) => boolean {
  const keepMs = 2 * SIGNATURE_MAX_AGE_S * 1000 + 1_000
  const seen = new Map<string, number>()
  return (nonce) => {
    const now = clock.monotonic()
    for (const [old, at] of seen) {
      if (now - at < keepMs) break
      seen.delete(old)
    }
    if (seen.has(nonce)) return false
    seen.set(nonce, now)
    return true
  }
}

/** Why a node may do no more than hand in what it owes; `null` if it may work. */
function bannedFor({ state, stateReason }: Pick<KnownNode, 'state' | 'stateReason'>): string | null {
  if (state === 'quarantined') return `This node is quarantined: ${stateReason ?? 'no reason given'}.`
  return state === 'removed'
    ? 'This node was removed from this coordinator. What it has earned is paid. To bring it back, ask the operator for an enrolment token.'
    : null
}

type Signed = 'node' | 'any-node'

async function checkNode({ clock, nodeOfKey }: AccessDeps, isNew: (nonce: string) => boolean, [access, request]: [Signed, FastifyRequest]): Promise<Checked> {
  const signature = readSignature({ method: request.method, authority: request.headers.host ?? '', target: request.raw.url ?? '/', headers: request.headers })
  const known = await nodeOfKey(signature.keyId)
  if (!known) throw new WindfallError('auth.refused', 'This device key is not enrolled here. Enrol the node first.')
  const banned = access === 'node' ? bannedFor(known) : null
  if (banned !== null) throw new WindfallError('auth.refused', banned)
  if (known.keyId !== signature.keyId) throw new WindfallError('auth.refused', 'This device key was replaced by another one of the same node.')
  await checkSignature(known.publicJwk, signature, clock.now())
  if (!isNew(`${signature.keyId} ${signature.nonce}`)) throw new WindfallError('auth.refused', 'This signed request was already received once. Sign a new one.')
  return { caller: { kind: 'node', nodeId: known.nodeId }, contentDigest: signature.contentDigest }
}

async function checkRequester({ requesterOfKey }: AccessDeps, request: FastifyRequest): Promise<Checked> {
  const [, apiKey] = /^Bearer (\S{1,200})$/.exec(request.headers.authorization ?? '') ?? []
  if (apiKey === undefined) throw new WindfallError('auth.required', 'This call needs an API key: send it as “Authorization: Bearer wf_…”.')
  const requesterId = await requesterOfKey(apiKey)
  if (requesterId === null) throw new WindfallError('auth.refused', 'This API key is unknown or was revoked.')
  return { caller: { kind: 'requester', requesterId }, contentDigest: null }
}

/** Decides who makes a request from its head alone, before a byte of its body is read. Errors: `auth.required`, `auth.refused`. */
export function createAccessCheck(deps: AccessDeps): (access: Access, request: FastifyRequest) => Promise<Checked> {
  const isNew = createNonces(deps.clock)
  return async (access, request) => {
    if (access === 'node' || access === 'any-node') return checkNode(deps, isNew, [access, request])
    return access === 'requester' ? checkRequester(deps, request) : { caller: { kind: 'public' }, contentDigest: null }
  }
}

/** The body is the one that was signed. Error: `auth.refused`. */
export function checkBody({ contentDigest: signed }: Checked, body: Uint8Array): void {
  if (signed !== null && contentDigest(body) !== signed) throw new WindfallError('auth.refused', 'The body is not the one that was signed.')
}
