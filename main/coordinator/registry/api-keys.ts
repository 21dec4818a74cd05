import { sha256Hex } from '../../kernel/signing.ts'
import { type Db, transact } from '../persistence/database.ts'
import { createApiKeysStore } from './api-keys.store.ts'

const API_KEY = /^wf_([a-z0-9]{8})_[A-Za-z0-9_-]{43}$/

/** `wf_<8 characters to recognise it by>_<32 random bytes, base64url>`. Enough entropy that a fast hash is safe to store. */
export const generateApiKey = (random: (bytes: number) => Uint8Array): string =>
  `wf_${Buffer.from(random(4)).toString('hex')}_${Buffer.from(random(32)).toString('base64url')}`

/** Makes a requester and gives it a key, which ends every other key it had; repeating either is harmless. The key itself is not kept. */
export async function grantApiKey(
  db: Db,
  { requesterId, name, apiKey, at }: { readonly requesterId: string; readonly name: string; readonly apiKey: string; readonly at: number },
): Promise<void> {
  const [, prefix] = API_KEY.exec(apiKey) ?? []
  if (prefix === undefined) throw new RangeError('not an API key as generateApiKey makes it')
  await transact(db, async (tx) => {
    const keys = createApiKeysStore(tx)
    await keys.addRequester({ id: requesterId, name, at })
    const key = { sha256: sha256Hex(apiKey), requesterId, at }
    await keys.addKey({ ...key, prefix })
    await keys.revokeOthers(key)
  })
}

/** Whose key this is, or `null` if it is malformed, unknown or revoked. */
export const requesterOfKey = async (db: Db, apiKey: string): Promise<string | null> =>
  API_KEY.test(apiKey) ? createApiKeysStore(db).requesterOf(sha256Hex(apiKey)) : null
