import type { nodeAdminCalls } from '../../../shared/contract/node-admin.ts'
import type { tokenCalls } from '../../../shared/contract/node-token.ts'
import { nodeOf, requesterOf } from './callers.ts'
import type { CoordinatorHandlers, CoordinatorParts } from './parts.ts'

/** Calls about nodes: those of operators, and those of nodes about themselves. */
export const nodeAdminHandlers = ({
  nodes,
}: Pick<CoordinatorParts, 'nodes'>): Pick<CoordinatorHandlers, keyof typeof nodeAdminCalls | keyof typeof tokenCalls> => ({
  createEnrolmentToken: (order, caller) => nodes.createToken(requesterOf(caller), order),
  listEnrolmentTokens: (page, caller) => nodes.tokens(requesterOf(caller), page),
  revokeEnrolmentToken: ({ tokenId }, caller) => nodes.revokeToken(requesterOf(caller), tokenId),
  listNodes: (page, caller) => nodes.list(requesterOf(caller), page),
  getNode: ({ nodeId }, caller) => nodes.show(requesterOf(caller), nodeId),
  getNodeHistory: (page, caller) => nodes.history(requesterOf(caller), page),
  listSoftSignals: (page, caller) => nodes.signals(requesterOf(caller), page),
  quarantineNode: (order, caller) => nodes.quarantine(requesterOf(caller), order),
  releaseNode: (order, caller) => nodes.release(requesterOf(caller), order),
  removeNode: (order, caller) => nodes.remove(requesterOf(caller), order),
  getOwnNode: (_, caller) => nodes.own.show(nodeOf(caller)),
  getOwnHistory: (page, caller) => nodes.own.history({ nodeId: nodeOf(caller), ...page }),
  getOwnSignals: (page, caller) => nodes.own.signals({ nodeId: nodeOf(caller), ...page }),
  setPayoutAddress: ({ address }, caller) => nodes.own.payTo(nodeOf(caller), address),
  removeOwnNode: (order, caller) => nodes.own.remove(nodeOf(caller), order),
})
