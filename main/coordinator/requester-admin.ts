import type { RequesterView } from '../../shared/contract/requester.ts'
import { WindfallError } from '../../shared/errors.ts'
import { microUsd, toIso } from '../../shared/units.ts'
import type { Clock } from '../kernel/clock.ts'
import type { CoordinatorParts } from './http/parts.ts'
import { prepaidOf } from './ledger/ledger.ts'
import { deposit } from './ledger/requester-money.ts'
import { type Db, type Tx, transact } from './persistence/database.ts'
import { generateApiKey, grantApiKey } from './registry/api-keys.ts'
import { type Requester, createRequestersStore } from './registry/requesters.store.ts'

interface RequesterAdminDeps {
  readonly db: Db
  readonly clock: Pick<Clock, 'now'>
  readonly random: (bytes: number) => Uint8Array
  readonly isOperator: (requesterId: string) => boolean
  readonly decide: (tx: Tx, kind: string, body: object) => Promise<void>
}

const unknown = (requesterId: string): never => {
  throw new WindfallError('not-found', `There is no requester ${requesterId}. See those that there are: windfall requester list`)
}

const find = async (db: Db | Tx, requesterId: string): Promise<Requester> => (await createRequestersStore(db).get(requesterId)) ?? unknown(requesterId)

/** What operators do about those who submit jobs. */
export function createRequesterAdmin(deps: RequesterAdminDeps): CoordinatorParts['requesters'] {
  const { db, clock, random, decide } = deps
  const guarded =
    <A, R>(run: (order: A, by: string) => Promise<R>) =>
    async (by: string, order: A): Promise<R> => {
      if (!deps.isOperator(by)) throw new WindfallError('auth.refused', 'Only the operator of this coordinator may do this. Ask with its key.')
      return run(order, by)
    }
  const viewOf = async ({ requesterId, name, weight, createdAt }: Requester): Promise<RequesterView> => ({
    requesterId,
    name,
    weight,
    createdAt: toIso(createdAt),
    balanceMicroUsd: String(await prepaidOf(db, requesterId)),
  })
  return {
    add: guarded(async ({ requesterId, name, weight }, by) => {
      if (await createRequestersStore(db).get(requesterId))
        throw new WindfallError('conflict', `There is already a requester ${requesterId}. Choose another id.`)
      const apiKey = generateApiKey(random)
      await grantApiKey(db, { requesterId, name, apiKey, at: clock.now() })
      await transact(db, async (tx) => {
        await createRequestersStore(tx).weigh(requesterId, weight)
        await decide(tx, 'requester.added', { requesterId, weight, by })
      })
      return { requester: await viewOf(await find(db, requesterId)), apiKey }
    }),
    list: guarded(async ({ after, limit }) => {
      const found = await createRequestersStore(db).page({ after, limit: limit + 1 })
      const items = await Promise.all(found.slice(0, limit).map(viewOf))
      return { items, next: found.length > limit ? (items.at(-1)?.requesterId ?? null) : null }
    }),
    weigh: guarded(async ({ requesterId, weight }, by) => {
      await transact(db, async (tx) => {
        const before = await find(tx, requesterId)
        await createRequestersStore(tx).weigh(requesterId, weight)
        if (before.weight !== weight) await decide(tx, 'requester.weighed', { requesterId, from: before.weight, weight, by })
      })
      return viewOf(await find(db, requesterId))
    }),
    fund: guarded(async ({ requesterId, depositId, microUsd: amount }, by) => {
      await transact(db, async (tx) => {
        await find(tx, requesterId)
        const id = `${requesterId}:${depositId}`
        const booked = await deposit(tx, { id, requesterId, amount: microUsd(BigInt(amount)), at: clock.now() })
        if (booked === 'booked') await decide(tx, 'requester.funded', { requesterId, depositId, microUsd: amount, by })
      })
      return viewOf(await find(db, requesterId))
    }),
  }
}
