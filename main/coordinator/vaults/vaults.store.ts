import type { VaultSigner, VaultState } from '../../../shared/contract/vault.ts'
import type { Db, Tx } from '../persistence/database.ts'
import type { Release, VaultTerms } from './plan.ts'

export interface Vault extends VaultTerms {
  readonly requesterId: string
  readonly state: VaultState
  readonly createdAt: number
  readonly expiresAt: number
}

/** A transaction that empties a vault. */
export interface SignedRelease extends Release {
  readonly signature: string
  readonly jobId: string
  readonly by: VaultSigner
  readonly raw: string
  readonly lastHeight: number
  readonly state: 'sent' | 'final' | 'dead'
  readonly at: number
}

type VaultRow = Awaited<ReturnType<ReturnType<typeof vaults>['executeTakeFirstOrThrow']>>
const vaults = (db: Db | Tx) => db.selectFrom('vault').selectAll()

const vaultOf = ({ job_id, requester_id, due_amount, created_at, expires_at, ...rest }: VaultRow): Vault => ({
  ...rest,
  jobId: job_id,
  requesterId: requester_id,
  due: due_amount,
  createdAt: created_at,
  expiresAt: expires_at,
})

function vaultsOf(db: Db | Tx) {
  return {
    async get(jobId: string): Promise<Vault | null> {
      const row = await vaults(db).where('job_id', '=', jobId).executeTakeFirst()
      return row ? vaultOf(row) : null
    },
    async add({ jobId, requesterId, due, createdAt, expiresAt, ...rest }: Vault): Promise<void> {
      const row = { ...rest, job_id: jobId, requester_id: requesterId, due_amount: due, created_at: createdAt, expires_at: expiresAt }
      await db.insertInto('vault').values(row).execute()
    },
    async setState(jobId: string, state: VaultState): Promise<void> {
      await db.updateTable('vault').set({ state }).where('job_id', '=', jobId).execute()
    },
    async inState(state: VaultState): Promise<Vault[]> {
      return (await vaults(db).where('state', '=', state).orderBy('created_at').execute()).map(vaultOf)
    },
    /** Newest first, of a requester or of everybody; `after` is the job of the last one before. */
    async page(requesterId: string | null, { after, limit }: { readonly after: string | null; readonly limit: number }): Promise<Vault[]> {
      const before = after === null ? null : await vaults(db).where('job_id', '=', after).executeTakeFirst()
      let query = vaults(db).orderBy('created_at', 'desc').orderBy('job_id').limit(limit)
      if (requesterId !== null) query = query.where('requester_id', '=', requesterId)
      if (before)
        query = query.where((e) =>
          e.or([e('created_at', '<', before.created_at), e.and([e('created_at', '=', before.created_at), e('job_id', '>', before.job_id)])]),
        )
      return (await query.execute()).map(vaultOf)
    },
    async countWaiting(requesterId: string): Promise<number> {
      const counted = db.selectFrom('vault').select((e) => e.fn.countAll<number>().as('count'))
      return (await counted.where('state', '=', 'waiting').where('requester_id', '=', requesterId).executeTakeFirstOrThrow()).count
    },
    /** Which of these jobs of a requester have one. */
    async among(requesterId: string, jobIds: readonly string[]): Promise<ReadonlySet<string>> {
      const rows = await db.selectFrom('vault').select('job_id').where('job_id', 'in', jobIds).where('requester_id', '=', requesterId).execute()
      return new Set(rows.map(({ job_id }) => job_id))
    },
  }
}

type ReleaseRow = Awaited<ReturnType<ReturnType<typeof releases>['executeTakeFirstOrThrow']>>
const releases = (db: Db | Tx) => db.selectFrom('vault_release').selectAll()

const releaseOf = ({ job_id, signed_by, last_height, paid_amount, returned_amount, ...rest }: ReleaseRow): SignedRelease => ({
  ...rest,
  jobId: job_id,
  by: signed_by,
  lastHeight: last_height,
  paid: paid_amount,
  returned: returned_amount,
})

function releasesOf(db: Db | Tx) {
  return {
    async release(signature: string): Promise<SignedRelease | null> {
      const row = await releases(db).where('signature', '=', signature).executeTakeFirst()
      return row ? releaseOf(row) : null
    },
    /** The one that counts: on its way, or final. */
    async liveRelease(jobId: string): Promise<SignedRelease | null> {
      const row = await releases(db).where('job_id', '=', jobId).where('state', '!=', 'dead').executeTakeFirst()
      return row ? releaseOf(row) : null
    },
    async underWay(): Promise<SignedRelease[]> {
      return (await releases(db).where('state', '=', 'sent').orderBy('at').execute()).map(releaseOf)
    },
    async addRelease({ jobId, by, lastHeight, paid, returned, ...rest }: SignedRelease): Promise<void> {
      const row = { ...rest, job_id: jobId, signed_by: by, last_height: lastHeight, paid_amount: paid, returned_amount: returned }
      await db.insertInto('vault_release').values(row).execute()
    },
    async setRelease(signature: string, state: SignedRelease['state']): Promise<void> {
      await db.updateTable('vault_release').set({ state }).where('signature', '=', signature).execute()
    },
  }
}

/** All SQL on the vaults of protected jobs. */
export const createVaultsStore = (db: Db | Tx) => ({ ...vaultsOf(db), ...releasesOf(db) })
