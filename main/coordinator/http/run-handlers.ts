import { type Called, nodeOf, requesterOf } from './callers.ts'
import type { CoordinatorParts } from './parts.ts'

/** Calls about jobs while they run. */
export const runCalls = ({ agents, logs }: CoordinatorParts): Called<'awaitOrders' | 'appendLog' | 'getJobLog'> => ({
  awaitOrders: (question, caller) => agents.orders(nodeOf(caller), question),
  appendLog: async (piece, caller) => {
    await logs.hear(nodeOf(caller), piece)
    return {}
  },
  getJobLog: (question, caller) => logs.read(requesterOf(caller), question),
})
