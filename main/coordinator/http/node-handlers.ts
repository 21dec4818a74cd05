import type { nodeAdminCalls } from '../../../shared/contract/node-admin.ts'
import type { tokenCalls } from '../../../shared/contract/node-token.ts'
import { byOf, nodeOf } from './callers.ts'
import type { CoordinatorHandlers, CoordinatorParts } from './parts.ts'

/** Calls about nodes: those of operators, and those of nodes about themselves. */
export const nodeAdminHandlers = ({
  nodes,
}: Pick<CoordinatorParts, 'nodes'>): Pick<CoordinatorHandlers, keyof typeof nodeAdminCalls | keyof typeof tokenCalls> => ({
  createEnrolmentToken: (order, caller) => nodes.createToken(byOf(caller), order),
  listEnrolmentTokens: (page) => nodes.tokens(page),
  revokeEnrolmentToken: ({ tokenId }, caller) => nodes.revokeToken(byOf(caller), tokenId),
  listNodes: (page) => nodes.list(page),
  getNode: ({ nodeId }) => nodes.show(nodeId),
  getNodeHistory: (page) => nodes.history(page),
  listSoftSignals: (page) => nodes.signals(page),
  quarantineNode: (order, caller) => nodes.quarantine(byOf(caller), order),
  releaseNode: (order, caller) => nodes.release(byOf(caller), order),
  removeNode: (order, caller) => nodes.remove(byOf(caller), order),
  getOwnNode: (_, caller) => nodes.own.show(nodeOf(caller)),
  getOwnHistory: (page, caller) => nodes.own.history({ nodeId: nodeOf(caller), ...page }),
  getOwnSignals: (page, caller) => nodes.own.signals({ nodeId: nodeOf(caller), ...page }),
  setPayoutAddress: ({ address }, caller) => nodes.own.payTo(nodeOf(caller), address),
  removeOwnNode: (order, caller) => nodes.own.remove(nodeOf(caller), order),
})
