import { WindfallError, messageOf } from '../../../shared/errors.ts'
import type { Clock } from '../../kernel/clock.ts'
import { type Db, type Tx, transact } from '../persistence/database.ts'
import { type Replica, createNeighboursStore } from './neighbours.store.ts'

export interface MembershipDeps {
  readonly db: Db
  readonly clock: Pick<Clock, 'monotonic'>
  /** What the database's own clock shows, epoch ms. */
  readonly databaseNow: (db: Db | Tx) => Promise<number>
  readonly self: Omit<Replica, 'url' | 'startedAt' | 'seenAt'>
  /** One that has not been seen for so long is not there. */
  readonly ttlMs: number
  readonly onFailure: (message: string) => void
}

/** This coordinator among those that share its database. */
export interface Membership {
  /** Errors: `config.invalid` if another one that is there has not the same keys or store. */
  readonly join: (url: string) => Promise<void>
  /** Shows the others from time to time that it is there. Error: `instance.running` if another one has taken its name. */
  readonly showUp: () => Promise<void>
  /** Who else is there now. */
  readonly others: () => Promise<ReadonlySet<string>>
  readonly leave: () => Promise<void>
}

const SEEN_MS = 2_500
const REPLICAS_KEPT_MS = 86_400_000
const ORDERS_KEPT_MS = 60_000

export const isThere = ({ seenAt }: Pick<Replica, 'seenAt'>, now: number, ttlMs: number): boolean => now - seenAt < ttlMs

export function createMembership(deps: MembershipDeps): Membership {
  const { db, clock, databaseNow, self, ttlMs } = deps
  let seenAt: number | null = null
  return {
    join: (url) => transact(db, (tx) => join(deps, tx, url)),
    async showUp() {
      if (seenAt !== null && clock.monotonic() - seenAt < SEEN_MS) return
      if (!(await transact(db, (tx) => sign(deps, tx)))) throw taken()
      seenAt = clock.monotonic()
    },
    async others() {
      const [all, now] = [await createNeighboursStore(db).replicas(), await databaseNow(db)]
      return new Set(all.flatMap((one) => (one.replicaId !== self.replicaId && isThere(one, now, ttlMs) ? [one.replicaId] : [])))
    },
    leave: () =>
      transact(db, async (tx) => {
        const store = createNeighboursStore(tx)
        await store.closeAllLines(self.replicaId)
        await store.leave(self)
      }).catch((error: unknown) => deps.onFailure(messageOf(error))),
  }
}

async function join({ databaseNow, self, ttlMs }: MembershipDeps, tx: Tx, url: string): Promise<void> {
  const store = createNeighboursStore(tx)
  const now = await databaseNow(tx)
  const others = (await store.replicas()).filter((one) => one.replicaId !== self.replicaId && isThere(one, now, ttlMs))
  for (const other of others) requireCommon(self.shared, other)
  await store.forgetReplicas(now - REPLICAS_KEPT_MS)
  // None of its lines has outlived it.
  await store.closeAllLines(self.replicaId)
  await store.join({ ...self, url, startedAt: now, seenAt: now })
}

async function sign({ databaseNow, self }: MembershipDeps, tx: Tx): Promise<boolean> {
  const store = createNeighboursStore(tx)
  const now = await databaseNow(tx)
  await store.forgetOrders(now - ORDERS_KEPT_MS)
  return store.seen(self, now)
}

function requireCommon(ours: Replica['shared'], { url, shared }: Replica): void {
  const differing = Object.keys(ours).filter((name) => ours[name] !== shared[name])
  if (differing.length === 0) return
  throw new WindfallError(
    'config.invalid',
    `The coordinator at ${url} uses this database with another ${differing.join(' and another ')}. Coordinators over one database sign and pay with the same keys and keep blobs in the same store: give this one the same folder of keys (WINDFALL_SECRETS_DIRECTORY) and the same bucket (WINDFALL_S3_BUCKET).`,
  )
}

const taken = () =>
  new WindfallError(
    'instance.running',
    'Another coordinator has started under the name of this one, which is in the file replica-id of its data directory. Give each a data directory of its own.',
  )
