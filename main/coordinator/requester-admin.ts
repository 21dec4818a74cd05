import type { RequesterView } from '../../shared/contract/requester.ts'
import { type Principal, type Role, beyond, grantsOf } from '../../shared/domain/permissions.ts'
import { WindfallError } from '../../shared/errors.ts'
import { microUsd, toIso } from '../../shared/units.ts'
import type { Clock } from '../kernel/clock.ts'
import { OWNER } from './account-roles.ts'
import type { CoordinatorParts } from './http/parts.ts'
import { prepaidOf } from './ledger/ledger.ts'
import { deposit } from './ledger/requester-money.ts'
import { type Db, type Tx, transact } from './persistence/database.ts'
import { createApiKeysStore } from './registry/api-keys.store.ts'
import { makeFirstKey } from './registry/key-ring.ts'
import { type Requester, createRequestersStore } from './registry/requesters.store.ts'

interface RequesterAdminDeps {
  readonly db: Db
  readonly clock: Pick<Clock, 'now'>
  readonly random: (bytes: number) => Uint8Array
  readonly rolesOf: (account: string) => readonly Role[]
  readonly decide: (tx: Tx, kind: string, body: object) => Promise<void>
}

const unknown = (requesterId: string): never => {
  throw new WindfallError('not-found', `There is no requester ${requesterId}. See those that there are: windfall requester list`)
}

const find = async (db: Db | Tx, requesterId: string): Promise<Requester> => (await createRequestersStore(db).get(requesterId)) ?? unknown(requesterId)

/**
 * Whoever adds an account is shown its key. That of one which runs the coordinator as well would be a second person that is none, so only whoever has the
 * data directory, and so the configuration that names it, adds one. Error: `auth.refused`.
 */
function requireAdder({ rolesOf }: RequesterAdminDeps, { account, grants }: Pick<Principal, 'account' | 'grants'>, requesterId: string): void {
  const roles = rolesOf(requesterId)
  if (roles.includes('requester') || (account === OWNER && beyond(grants, grantsOf(roles)) === null)) return
  throw new WindfallError(
    'auth.refused',
    `${requesterId} is to run this coordinator (WINDFALL_OPERATORS): only the key in the file “api-key” of the data directory adds it.`,
  )
}

/** What operators do about those who submit jobs. */
export function createRequesterAdmin(deps: RequesterAdminDeps): CoordinatorParts['requesters'] {
  const { db, clock, random, decide } = deps
  const viewOf = async ({ requesterId, name, weight, createdAt }: Requester): Promise<RequesterView> => ({
    requesterId,
    name,
    weight,
    createdAt: toIso(createdAt),
    balanceMicroUsd: String(await prepaidOf(db, requesterId)),
  })
  return {
    add: async (adder, { requesterId, name, weight }) => {
      const { by } = adder
      requireAdder(deps, adder, requesterId)
      const apiKey = await transact(db, async (tx) => {
        if (await createRequestersStore(tx).get(requesterId))
          throw new WindfallError('conflict', `There is already a requester ${requesterId}. Choose another id.`)
        await createApiKeysStore(tx).addRequester({ id: requesterId, name, at: clock.now() })
        await createRequestersStore(tx).weigh(requesterId, weight)
        await decide(tx, 'requester.added', { requesterId, weight, by })
        return makeFirstKey({ clock, random }, tx, { requesterId, by })
      })
      return { requester: await viewOf(await find(db, requesterId)), apiKey }
    },
    list: async ({ after, limit }) => {
      const found = await createRequestersStore(db).page({ after, limit: limit + 1 })
      const items = await Promise.all(found.slice(0, limit).map(viewOf))
      return { items, next: found.length > limit ? (items.at(-1)?.requesterId ?? null) : null }
    },
    weigh: async (by, { requesterId, weight }) => {
      await transact(db, async (tx) => {
        const before = await find(tx, requesterId)
        await createRequestersStore(tx).weigh(requesterId, weight)
        if (before.weight !== weight) await decide(tx, 'requester.weighed', { requesterId, from: before.weight, weight, by })
      })
      return viewOf(await find(db, requesterId))
    },
    fund: async (by, { requesterId, depositId, microUsd: amount }, settle) => {
      await transact(db, async (tx) => {
        await settle?.(tx)
        await find(tx, requesterId)
        const id = `${requesterId}:${depositId}`
        const booked = await deposit(tx, { id, requesterId, amount: microUsd(BigInt(amount)), at: clock.now() })
        if (booked === 'booked') await decide(tx, 'requester.funded', { requesterId, depositId, microUsd: amount, by })
      })
      return viewOf(await find(db, requesterId))
    },
  }
}
