import { isWorking } from '../../shared/contract/node.ts'
import { WindfallError } from '../../shared/errors.ts'
import type { CoordinatorParts } from './http/parts.ts'
import { transact } from './persistence/database.ts'
import { type TokenDeps, createEnrolmentTokens } from './registry/enrolment-tokens.ts'
import { createFleetsStore } from './registry/fleets.store.ts'
import { createNodeViews } from './registry/node-views.ts'
import { createNodesStore } from './registry/nodes.store.ts'
import { signalPage } from './registry/signal-views.ts'
import { type PayoutAddressDeps, checkAddress, payTo } from './registry/payout-address.ts'
import type { Registry } from './registry/registry.ts'
import type { Standings } from './standings.ts'
import type { WalletPorts } from './walleting.ts'

interface NodeAdminDeps extends TokenDeps, PayoutAddressDeps {
  readonly wallets: Pick<WalletPorts, 'checkPayable'>
  readonly registry: Pick<Registry, 'seen' | 'availability'>
  readonly standings: Pick<Standings, 'quarantine' | 'release' | 'remove'>
}

/** What operators do about nodes, and nodes about themselves. */
export function createNodeAdmin(deps: NodeAdminDeps): CoordinatorParts['nodes'] {
  const { standings } = deps
  const tokens = createEnrolmentTokens(deps)
  const views = createNodeViews(deps)
  /** What became of the node is its answer. */
  const ordered =
    <O extends { readonly nodeId: string }>(run: (by: string, order: O) => Promise<void>) =>
    async (by: string, order: O) => {
      await run(by, order)
      return views.show(order.nodeId)
    }
  return {
    createToken: tokens.create,
    tokens: tokens.list,
    revokeToken: tokens.revoke,
    list: views.list,
    show: views.show,
    history: views.history,
    signals: (page) => signalPage(deps.db, page),
    quarantine: ordered((by, order) => standings.quarantine({ ...order, by })),
    release: ordered((by, { trusted, ...order }) => standings.release({ ...order, by, isTrusted: trusted })),
    remove: ordered((by, order) => standings.remove({ ...order, by })),
    own: {
      show: views.show,
      history: views.history,
      signals: (page) => signalPage(deps.db, page),
      async payTo(nodeId, address) {
        checkAddress(address)
        await deps.wallets.checkPayable(address)
        await transact(deps.db, (tx) => payTo(deps, tx, { nodeId, address, source: 'pasted' }))
        return views.show(nodeId)
      },
      async remove(by, order) {
        if (order.nodeId !== by) await requireMate(deps, by, order.nodeId)
        await standings.remove({ ...order, by })
        return views.show(order.nodeId)
      },
    },
  }
}

/** Error: `auth.refused` unless a node that may work itself asks about another one of its owner. */
async function requireMate(deps: NodeAdminDeps, by: string, mate: string): Promise<void> {
  const state = await createNodesStore(deps.db).stateOf(by)
  if (state === null || !isWorking(state))
    throw new WindfallError('auth.refused', 'This node is not in service: it takes out no machine but itself. Ask from another machine of the fleet.')
  if (!(await areTogether(deps, by, mate)))
    throw new WindfallError('auth.refused', 'That machine is not in the fleet of this one. To see those that are: windfall fleet list')
}

/** Whether two nodes are of one owner. */
async function areTogether({ db }: NodeAdminDeps, one: string, other: string): Promise<boolean> {
  const fleets = createFleetsStore(db)
  const fleetId = await fleets.fleetOf(one)
  return fleetId !== null && fleetId === (await fleets.fleetOf(other))
}
