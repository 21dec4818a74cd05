import type { Db, Tx } from '../persistence/database.ts'

/** `weight`: 100 is the usual share. `createdAt`: epoch milliseconds. */
export interface Requester {
  readonly requesterId: string
  readonly name: string
  readonly weight: number
  readonly createdAt: number
}

/** Requesters as the operator sees them. */
export function createRequestersStore(db: Db | Tx) {
  const requesters = () => db.selectFrom('requester').select(['id as requesterId', 'name', 'weight', 'created_at as createdAt'])
  return {
    async get(requesterId: string): Promise<Requester | null> {
      return (await requesters().where('id', '=', requesterId).executeTakeFirst()) ?? null
    },
    /** By id, from after one on. */
    page: ({ after, limit }: { readonly after: string | null; readonly limit: number }): Promise<Requester[]> =>
      (after === null ? requesters() : requesters().where('id', '>', after)).orderBy('id').limit(limit).execute(),
    async weigh(requesterId: string, weight: number): Promise<void> {
      await db.updateTable('requester').set({ weight }).where('id', '=', requesterId).execute()
    },
  }
}
