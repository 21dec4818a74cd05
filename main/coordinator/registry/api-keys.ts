import { type Grants, type Principal, type Role, grantsOf, meet } from '../../../shared/domain/permissions.ts'
import type { Clock } from '../../kernel/clock.ts'
import { sha256Hex } from '../../kernel/signing.ts'
import { type Db, transact } from '../persistence/database.ts'
import { KEY_FILE, type StoredKey, createApiKeysStore } from './api-keys.store.ts'

const API_KEY = /^wf_([a-z0-9]{8})_[A-Za-z0-9_-]{43}$/

/** `wf_<8 characters to recognise it by>_<32 random bytes, base64url>`. Enough entropy that a fast hash is safe to store. */
export const generateApiKey = (random: (bytes: number) => Uint8Array): string =>
  `wf_${Buffer.from(random(4)).toString('hex')}_${Buffer.from(random(32)).toString('base64url')}`

/** What may be written down of a key. Error: a RangeError for what is none. */
export function prefixOf(apiKey: string): string {
  const [, prefix] = API_KEY.exec(apiKey) ?? []
  if (prefix === undefined) throw new RangeError('not an API key as generateApiKey makes it')
  return prefix
}

interface FileKey {
  readonly requesterId: string
  readonly name: string
  readonly apiKey: string
  readonly at: number
}

/**
 * Makes a requester and gives it the key of a key file, which ends the one that was in that file before; keys that were made in other ways go on.
 * Repeating it is harmless. The key itself is not kept.
 */
export async function grantApiKey(db: Db, { requesterId, name, apiKey, at }: FileKey): Promise<void> {
  const key = { sha256: sha256Hex(apiKey), prefix: prefixOf(apiKey), requesterId, label: null, may: null }
  await transact(db, async (tx) => {
    const keys = createApiKeysStore(tx)
    await keys.addRequester({ id: requesterId, name, at })
    await keys.addFileKey({ ...key, createdBy: KEY_FILE, createdAt: at, expiresAt: null })
  })
}

/** Whether a key opens anything at this time. */
export const isLive = ({ revokedAt, expiresAt }: Pick<StoredKey, 'revokedAt' | 'expiresAt'>, now: number): boolean =>
  revokedAt === null && (expiresAt === null || expiresAt > now)

type RolesOf = (account: string) => readonly Role[]

/** What a key may do at most: what its account may, as far as the key was given it. */
export function mayOf({ requesterId, may }: Pick<StoredKey, 'requesterId' | 'may'>, rolesOf: RolesOf): Grants {
  const whole = grantsOf(rolesOf(requesterId))
  return may === null ? whole : meet(whole, may)
}

interface KeyCheckDeps {
  readonly db: Db
  readonly clock: Pick<Clock, 'now'>
  readonly rolesOf: RolesOf
}

/** When keys were last used is known to the hour: so it is written once in an hour at most. */
const HOUR_MS = 3_600_000

/** Notes that a key was used; a database that cannot be written to keeps nobody out. */
const touch = (db: Db, { sha256, lastUsedAt }: StoredKey, hour: number): Promise<void> =>
  lastUsedAt !== null && lastUsedAt >= hour ? Promise.resolve() : transact(db, (tx) => createApiKeysStore(tx).touch(sha256, hour)).catch(() => undefined)

/**
 * Whose key this is and what it may do; `null` if it is malformed, unknown, expired or revoked. It is found by its hash alone, so that neither the
 * answer nor the time it takes says how much of it was right.
 */
export const createKeyCheck =
  ({ db, clock, rolesOf }: KeyCheckDeps) =>
  async (apiKey: string): Promise<Principal | null> => {
    const key = API_KEY.test(apiKey) ? await createApiKeysStore(db).bySha256(sha256Hex(apiKey)) : null
    const now = clock.now()
    if (key === null || !isLive(key, now)) return null
    await touch(db, key, now - (now % HOUR_MS))
    const { requesterId, prefix } = key
    return { kind: 'key', by: requesterId, account: requesterId, credential: prefix, grants: mayOf(key, rolesOf) }
  }
