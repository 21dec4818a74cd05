import type { ApiKeyView, apiKeyCalls } from '../../../shared/contract/api-key.ts'
import type { InputOf, OutputOf } from '../../../shared/contract/define.ts'
import { type Grants, type Permission, type Principal, type Reach, type Role, beyond, grantsOf, meet } from '../../../shared/domain/permissions.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { toIso } from '../../../shared/units.ts'
import type { Clock } from '../../kernel/clock.ts'
import { sha256Hex } from '../../kernel/signing.ts'
import { type Db, type Tx, transact } from '../persistence/database.ts'
import { KEY_FILE, type StoredKey, createApiKeysStore } from './api-keys.store.ts'
import { generateApiKey, isLive, mayOf, prefixOf } from './api-keys.ts'
import { createRequestersStore } from './requesters.store.ts'

type In<K extends keyof typeof apiKeyCalls> = InputOf<(typeof apiKeyCalls)[K]>
type Out<K extends keyof typeof apiKeyCalls> = OutputOf<(typeof apiKeyCalls)[K]>

/** Somebody who may look after keys; `reach`: of their own account, or of any. */
export type KeyHolder = Pick<Principal, 'kind' | 'by' | 'account' | 'credential' | 'grants'> & { readonly reach: Reach }

export interface KeyRing {
  /** Errors: `auth.refused` for what the holder may not do itself or an account that is not theirs, `not-found`, `conflict` for too many. */
  readonly create: (holder: KeyHolder, order: In<'createApiKey'>) => Promise<Out<'createApiKey'>>
  /** What is known of the key that asks. */
  readonly own: (holder: Pick<KeyHolder, 'account' | 'credential'>) => Promise<{ readonly label: string | null; readonly expiresAt: string | null }>
  readonly list: (holder: KeyHolder, page: In<'listApiKeys'>) => Promise<Out<'listApiKeys'>>
  /** Errors: `not-found`, `auth.refused` for a key that may do more than the holder, `conflict` for the key of the key file. */
  readonly revoke: (holder: KeyHolder, prefix: string) => Promise<ApiKeyView>
  /** Errors: as of `revoke`, and `conflict` for a key that has ended. */
  readonly rotate: (holder: KeyHolder, order: In<'rotateApiKey'>) => Promise<Out<'rotateApiKey'>>
}

export interface KeyRingDeps {
  readonly db: Db
  readonly clock: Pick<Clock, 'now'>
  readonly random: (bytes: number) => Uint8Array
  readonly rolesOf: (account: string) => readonly Role[]
  readonly decide: (tx: Tx, kind: string, body: object) => Promise<void>
}

/** So many keys of one account open something at a time. */
const MOST_LIVE = 50

/** API keys as things of their own. Nobody makes, copies or ends one that may do more than they may themselves, and no key makes one that outlives it. */
export function createKeyRing(deps: KeyRingDeps): KeyRing {
  const { db, clock } = deps
  return {
    create: (holder, order) =>
      transact(db, async (tx) => {
        const requesterId = order.requesterId ?? ownAccount(holder)
        await requireAccount(deps, tx, holder, requesterId)
        const expiresAt = await withinOwn(tx, holder, order.seconds === undefined ? null : clock.now() + order.seconds * 1_000)
        const wish = { requesterId, label: order.label, may: asked(deps, holder, requesterId, order), expiresAt }
        const made = await make(deps, tx, { ...wish, by: holder.by })
        await deps.decide(tx, 'api-key.created', { prefix: made.key.prefix, requesterId, may: wish.may, expiresAt: made.key.expiresAt, by: holder.by })
        return made
      }),
    async own({ account, credential }) {
      const key = await createApiKeysStore(db).byPrefix(credential)
      return key?.requesterId === account ? { label: key.label, expiresAt: when(key.expiresAt) } : { label: null, expiresAt: null }
    },
    async list({ account, reach }, { requesterId, after, limit }) {
      const whose = reach === 'all' ? (requesterId ?? null) : (account ?? '')
      if (reach !== 'all' && requesterId !== undefined && requesterId !== account) throw new WindfallError('auth.refused', NOT_YOURS)
      const found = await createApiKeysStore(db).page({ requesterId: whose, after, limit: limit + 1 })
      const items = found.slice(0, limit).map((key) => viewOf(key, clock.now()))
      return { items, next: found.length > limit ? (items.at(-1)?.prefix ?? null) : null }
    },
    revoke: (holder, prefix) =>
      transact(db, async (tx) => {
        const key = await find(deps, tx, holder, prefix)
        if (key.revokedAt !== null) return viewOf(key, clock.now())
        const by = { by: holder.by, at: clock.now() }
        await createApiKeysStore(tx).revoke(key.sha256, by)
        await deps.decide(tx, 'api-key.revoked', { prefix, requesterId: key.requesterId, by: holder.by })
        return viewOf({ ...key, revokedAt: by.at, revokedBy: by.by }, by.at)
      }),
    rotate: (holder, order) => transact(db, (tx) => rotate(deps, tx, holder, order)),
  }
}

const NOT_YOURS = 'These are the keys of another account. Leave the account out for your own, or ask with the key of the operator.'

function ownAccount({ account }: KeyHolder): string {
  if (account === null)
    throw new WindfallError('auth.refused', 'You have signed in without an account that a key could belong to. Say whose it is to be: --requester ID')
  return account
}

const EVERYBODYS = ['requester'] as const

/** When a new key ends: with the key that makes it at the latest. */
async function withinOwn(tx: Tx, { kind, credential }: KeyHolder, wanted: number | null): Promise<number | null> {
  const own = kind === 'key' ? ((await createApiKeysStore(tx).byPrefix(credential))?.expiresAt ?? null) : null
  return own === null || wanted === null ? (own ?? wanted) : Math.min(own, wanted)
}

/**
 * Of another account than their own, only who looks after all keys makes one, and only where the account is one that asks for jobs: a key of somebody
 * who runs the coordinator would be a second person that is none.
 */
async function requireAccount({ rolesOf }: KeyRingDeps, tx: Tx, { account, reach }: KeyHolder, requesterId: string): Promise<void> {
  if (requesterId === account) return
  if (reach !== 'all') throw new WindfallError('auth.refused', NOT_YOURS)
  if (!(await createRequestersStore(tx).get(requesterId)))
    throw new WindfallError('not-found', `There is no requester ${requesterId}. See those that there are: windfall requester list`)
  if (!rolesOf(requesterId).includes('requester'))
    throw new WindfallError('auth.refused', `${requesterId} runs this coordinator: only a key of that account makes another one for it.`)
}

/** What a new key may do. Error: `auth.refused` for what whoever asks may not do. */
function asked({ rolesOf }: KeyRingDeps, holder: KeyHolder, requesterId: string, { scopes, own }: In<'createApiKey'>): Grants {
  const most = requesterId === holder.account ? meet(holder.grants, grantsOf(rolesOf(requesterId))) : grantsOf(EVERYBODYS)
  const reachable = own || requesterId !== holder.account ? meet(most, grantsOf(EVERYBODYS)) : most
  if (scopes === undefined) return reachable
  const missing = scopes.find((scope) => reachable[scope] === undefined)
  if (missing !== undefined) throw tooMuch(missing)
  return Object.fromEntries(scopes.map((scope) => [scope, reachable[scope]]))
}

const tooMuch = (permission: Permission): WindfallError =>
  new WindfallError('auth.refused', `A key may do no more than whoever makes or changes it, and you may not do this yourself: ${permission}. Leave it out.`)

interface Wish {
  readonly requesterId: string
  readonly label: string | null
  readonly may: Grants | null
  readonly expiresAt: number | null
  readonly by: string
}

/** Makes a key. Its prefix is nobody else's, so that a key can be named by it. Error: `conflict` where there are too many. */
async function make({ clock, random }: KeyRingDeps, tx: Tx, { by, ...wish }: Wish): Promise<Out<'createApiKey'>> {
  const store = createApiKeysStore(tx)
  const now = clock.now()
  if ((await store.countLive(wish.requesterId, now)) >= MOST_LIVE)
    throw new WindfallError('conflict', `${wish.requesterId} has ${MOST_LIVE} keys that work. End one of them first: windfall api-key revoke PREFIX`)
  let apiKey = generateApiKey(random)
  while (await store.byPrefix(prefixOf(apiKey))) apiKey = generateApiKey(random)
  const key = { ...wish, sha256: sha256Hex(apiKey), prefix: prefixOf(apiKey), createdBy: by, createdAt: now }
  await store.add(key)
  return { key: viewOf({ ...key, lastUsedAt: null, revokedAt: null, revokedBy: null }, now), apiKey }
}

/** The first key of an account that has just been made: it may do all that the account may, now and later. */
export const makeFirstKey = async (
  deps: Pick<KeyRingDeps, 'clock' | 'random'>,
  tx: Tx,
  { requesterId, by }: Pick<Wish, 'requesterId' | 'by'>,
): Promise<string> => (await make(deps as KeyRingDeps, tx, { requesterId, label: 'first', may: null, expiresAt: null, by })).apiKey

/** A key that the holder may end or copy. Errors: `not-found`, also for one of another account; `auth.refused`, `conflict`. */
async function find({ rolesOf }: KeyRingDeps, tx: Tx, { account, grants, reach }: KeyHolder, prefix: string): Promise<StoredKey> {
  const key = await createApiKeysStore(tx).byPrefix(prefix)
  if (!key || (key.requesterId !== account && reach !== 'all'))
    throw new WindfallError('not-found', `There is no API key ${prefix} of yours. To see those there are: windfall api-key list`)
  const more = beyond(grants, mayOf(key, rolesOf))
  if (more !== null) throw tooMuch(more)
  if (key.createdBy === KEY_FILE && key.revokedAt === null)
    throw new WindfallError(
      'conflict',
      `${prefix} is the key in the file “api-key” of the data directory. To replace it, remove that file and start the coordinator again.`,
    )
  return key
}

async function rotate(deps: KeyRingDeps, tx: Tx, holder: KeyHolder, { prefix, overlapSeconds }: In<'rotateApiKey'>): Promise<Out<'rotateApiKey'>> {
  const now = deps.clock.now()
  const old = await find(deps, tx, holder, prefix)
  await requireAccount(deps, tx, holder, old.requesterId)
  if (!isLive(old, now)) throw new WindfallError('conflict', `The API key ${prefix} has ended. Make a new one: windfall api-key create`)
  const { requesterId, label } = old
  // What the old key may come to do later is nothing that whoever copies it has now.
  const may = mayOf(old, deps.rolesOf)
  const expiresAt = await withinOwn(tx, holder, old.expiresAt === null ? null : now + (old.expiresAt - old.createdAt))
  const made = await make(deps, tx, { requesterId, label, may, expiresAt, by: holder.by })
  if (overlapSeconds !== undefined) await createApiKeysStore(tx).expire(old.sha256, now + overlapSeconds * 1_000)
  await deps.decide(tx, 'api-key.rotated', { prefix, to: made.key.prefix, requesterId, overlapSeconds: overlapSeconds ?? null, by: holder.by })
  return made
}

function stateOf(key: StoredKey, now: number): ApiKeyView['state'] {
  if (key.revokedAt !== null) return 'revoked'
  return isLive(key, now) ? 'active' : 'expired'
}

const when = (at: number | null): string | null => (at === null ? null : toIso(at))

const viewOf = (key: StoredKey, now: number): ApiKeyView => ({
  prefix: key.prefix,
  requesterId: key.requesterId,
  label: key.label,
  may: key.may,
  createdAt: toIso(key.createdAt),
  createdBy: key.createdBy,
  expiresAt: when(key.expiresAt),
  lastUsedAt: when(key.lastUsedAt),
  revokedAt: when(key.revokedAt),
  revokedBy: key.revokedBy,
  state: stateOf(key, now),
})
