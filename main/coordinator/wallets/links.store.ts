import { PublicJwk } from '../../../shared/contract/wire.ts'
import type { Db, Tx } from '../persistence/database.ts'
import type { Link } from './link.ts'

type Row = Awaited<ReturnType<ReturnType<typeof rows>['executeTakeFirstOrThrow']>>
const rows = (db: Db | Tx) => db.selectFrom('wallet_link').selectAll()

const linkOf = (row: Row): Link => ({
  linkId: row.id,
  nodeId: row.node_id,
  secret: row.secret,
  nonce: row.nonce,
  origin: row.origin,
  chainId: row.chain_id,
  deviceJwk: PublicJwk.parse(JSON.parse(row.device_jwk)),
  issuedAt: row.issued_at,
  expiresAt: row.expires_at,
  state: row.state,
  address: row.address,
})

/** All SQL on table `wallet_link`. */
export function createLinksStore(db: Db | Tx) {
  const one = async (column: 'id' | 'secret', value: string): Promise<Link | null> => {
    const row = await rows(db).where(column, '=', value).executeTakeFirst()
    return row ? linkOf(row) : null
  }
  const change = (linkId: string, values: Partial<Pick<Row, 'state' | 'address' | 'wallet_signature' | 'device_signature'>>) =>
    db.updateTable('wallet_link').set(values).where('id', '=', linkId).execute()
  return {
    async add({ linkId, nodeId, secret, nonce, origin, chainId, deviceJwk, issuedAt, expiresAt }: Link): Promise<void> {
      const issued = { origin, chain_id: chainId, device_jwk: JSON.stringify(deviceJwk), issued_at: issuedAt, expires_at: expiresAt }
      await db
        .insertInto('wallet_link')
        .values({ id: linkId, node_id: nodeId, secret, nonce, ...issued, state: 'waiting', address: null, wallet_signature: null, device_signature: null })
        .execute()
    },
    get: (linkId: string) => one('id', linkId),
    bySecret: (secret: string) => one('secret', secret),
    /** There is never more than one: whoever begins another one forgets it. */
    async openOf(nodeId: string): Promise<Link | null> {
      const row = await rows(db).where('node_id', '=', nodeId).where('state', 'in', ['waiting', 'signed']).executeTakeFirst()
      return row ? linkOf(row) : null
    },
    /** Those that came to nothing are no evidence of anything. */
    async forgetUnlinked(nodeId: string): Promise<void> {
      await db.deleteFrom('wallet_link').where('node_id', '=', nodeId).where('state', '!=', 'linked').execute()
    },
    end: (linkId: string, state: 'declined' | 'cancelled') => change(linkId, { state }),
    signed: (linkId: string, { address, signature }: { readonly address: string; readonly signature: string }) =>
      change(linkId, { state: 'signed', address, wallet_signature: signature }),
    linked: (linkId: string, signature: string) => change(linkId, { state: 'linked', device_signature: signature }),
  }
}
