import type { Tx } from '../persistence/database.ts'
import type { Issued } from './challenge.ts'

/** All SQL on table `redeemed_challenge`. True once for each challenge, whichever coordinator it is answered to: it is remembered until it expires. */
export async function redeemChallenge(tx: Tx, { sha256, expiresAt }: Issued, now: number): Promise<boolean> {
  await tx.deleteFrom('redeemed_challenge').where('expires_at', '<=', now).execute()
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto('redeemed_challenge')
    .values({ challenge_sha256: sha256, expires_at: expiresAt })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst()
  return numInsertedOrUpdatedRows === 1n
}
