/** API keys of accounts: several at a time, each with no more rights than whoever made it. */
import { z } from 'zod'
import { PERMISSIONS, type Permission } from '../domain/permissions.ts'
import { call } from './define.ts'
import { http } from './http-binding.ts'
import { Actor, Id, IsoTime, pageOf } from './wire.ts'

export const PermissionName = z.enum(PERMISSIONS as readonly [Permission, ...Permission[]])
/** What one may do, and whose rows that covers. */
export const May = z.partialRecord(PermissionName, z.enum(['own', 'all']))

/** By which a key is known: what stands between `wf_` and its secret. */
const KeyPrefix = z.string().regex(/^[a-z0-9]{8}$/, 'expected the eight characters after wf_')
const KeyLabel = z.string().regex(/^[^\p{C}]{1,80}$/u, 'expected a label of at most 80 characters')

/** The longest that a key may be good for, seconds: ten years. */
export const MAX_KEY_SECONDS = 315_360_000
const Seconds = z.number().int().min(60).max(MAX_KEY_SECONDS)

export const ApiKeyView = z.strictObject({
  prefix: KeyPrefix,
  requesterId: Id,
  label: z.string().nullable(),
  /** `null`: all that its account may, now and later. */
  may: May.nullable(),
  createdAt: IsoTime,
  /** `null`: from before keys were kept apart. */
  createdBy: z.string().max(80).nullable(),
  expiresAt: IsoTime.nullable(),
  /** To the hour. */
  lastUsedAt: IsoTime.nullable(),
  revokedAt: IsoTime.nullable(),
  revokedBy: Actor.nullable(),
  state: z.enum(['active', 'expired', 'revoked']),
})
export type ApiKeyView = z.infer<typeof ApiKeyView>

/** The key itself is shown this once, and kept nowhere. */
const NewApiKey = z.strictObject({ key: ApiKeyView, apiKey: z.string().max(64) })

export const apiKeyCalls = {
  createApiKey: call(
    z.strictObject({
      /** Whose; left out: the account of whoever asks. */
      requesterId: Id.optional(),
      label: KeyLabel,
      /** Left out: all that whoever asks may. */
      scopes: z.array(PermissionName).min(1).max(100).optional(),
      /** Only the rows of its own account, even where whoever asks sees everybody's. */
      own: z.boolean().default(false),
      /** Left out: it is good until it is revoked. In any case it ends with the key that makes it. */
      seconds: Seconds.optional(),
    }),
    NewApiKey,
    http('POST', '/v1/api-keys', 'keys.write', 'Make an API key that may do no more than whoever asks; it is shown this once'),
  ),
  listApiKeys: call(
    z.strictObject({
      /** Only this account's; left out: all that whoever asks may see. */
      requesterId: Id.optional(),
      after: z.string().max(128).nullable().default(null),
      limit: z.coerce.number().int().min(1).max(200).default(50),
    }),
    pageOf(ApiKeyView),
    http('GET', '/v1/api-keys', 'keys.read', 'API keys by their prefixes, newest first, without what makes them work'),
  ),
  revokeApiKey: call(
    z.strictObject({ prefix: KeyPrefix }),
    ApiKeyView,
    http('POST', '/v1/api-keys/{prefix}/revoke', 'keys.write', 'End an API key that may do no more than whoever asks; repeating it is harmless'),
  ),
  rotateApiKey: call(
    z.strictObject({
      prefix: KeyPrefix,
      /** How long the old one goes on; left out: until it is revoked or expires. */
      overlapSeconds: z.number().int().min(0).max(MAX_KEY_SECONDS).optional(),
    }),
    NewApiKey,
    http('POST', '/v1/api-keys/{prefix}/rotate', 'keys.write', 'Make a key like this one; the old one goes on, so that nothing has to stop'),
  ),
}
