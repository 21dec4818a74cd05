import type { Db, Tx } from '../persistence/database.ts'

/** A browser that was sent to the provider. */
export interface OpenSignIn {
  readonly stateSha256: string
  readonly browserSha256: string
  readonly nonce: string
  readonly verifier: string
  /** JSON. */
  readonly aim: string
  readonly expiresAt: number
}

/** What a person was shown to give to a command line. */
export interface SignInCode {
  readonly codeSha256: string
  readonly challenge: string
  readonly memberId: string
  readonly label: string | null
  readonly expiresAt: number
}

/** All SQL on tables `sign_in` and `sign_in_code`. Each row is taken once. */
export function createSignInsStore(db: Db | Tx) {
  return {
    async add({ stateSha256, browserSha256, nonce, verifier, aim, expiresAt }: OpenSignIn): Promise<void> {
      await db.insertInto('sign_in').values({ state_sha256: stateSha256, browser_sha256: browserSha256, nonce, verifier, aim, expires_at: expiresAt }).execute()
    },
    /** Only for the browser that began it. */
    async take({ stateSha256, browserSha256 }: Pick<OpenSignIn, 'stateSha256' | 'browserSha256'>, now: number): Promise<OpenSignIn | null> {
      const row = await db
        .deleteFrom('sign_in')
        .where('state_sha256', '=', stateSha256)
        .where('browser_sha256', '=', browserSha256)
        .where('expires_at', '>', now)
        .returningAll()
        .executeTakeFirst()
      return row ? { stateSha256, browserSha256, nonce: row.nonce, verifier: row.verifier, aim: row.aim, expiresAt: row.expires_at } : null
    },
    async addCode({ codeSha256, challenge, memberId, label, expiresAt }: SignInCode): Promise<void> {
      await db.insertInto('sign_in_code').values({ code_sha256: codeSha256, challenge, member_id: memberId, label, expires_at: expiresAt }).execute()
    },
    /** Taken even where the rest does not fit: nobody tries twice. */
    async takeCode(codeSha256: string, now: number): Promise<SignInCode | null> {
      const row = await db.deleteFrom('sign_in_code').where('code_sha256', '=', codeSha256).returningAll().executeTakeFirst()
      if (!row || row.expires_at <= now) return null
      return { codeSha256, challenge: row.challenge, memberId: row.member_id, label: row.label, expiresAt: row.expires_at }
    },
    async forgetCodes(memberId: string): Promise<void> {
      await db.deleteFrom('sign_in_code').where('member_id', '=', memberId).execute()
    },
    async forget(now: number): Promise<void> {
      await db.deleteFrom('sign_in').where('expires_at', '<=', now).execute()
      await db.deleteFrom('sign_in_code').where('expires_at', '<=', now).execute()
    },
  }
}
