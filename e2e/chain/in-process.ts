import type { Chain } from '../../main/chain/chain.ts'
import type { Fetch } from '../../main/chain/rpc-fetch.ts'
import { createSolanaChain } from '../../main/chain/solana.ts'
import type { Clock } from '../../main/kernel/clock.ts'
import type { LocalNode } from '../../main/localnet/localnet.ts'
import { toJson } from '../../main/localnet/rpc.ts'

/** A `fetch` that hands the request to the node in this process: everything of the real way but the socket. */
const nodeFetch =
  (node: LocalNode): Fetch =>
  async (_input, init) =>
    new Response(toJson(await node.rpc(JSON.parse(init?.body as string))))

/** The chain port over a node in this process. */
export const inProcessChain = (node: LocalNode, clock: Clock): Chain => createSolanaChain({ url: 'http://127.0.0.1:1', clock, fetch: nodeFetch(node) })

/** One JSON-RPC call, past the port. */
export async function rpc<T>(node: LocalNode, method: string, ...params: unknown[]): Promise<T> {
  const reply = await node.rpc({ jsonrpc: '2.0', id: 1, method, params })
  if (Array.isArray(reply) || 'error' in reply) throw new Error(toJson(reply))
  return reply.result as T
}

export function ticks(node: LocalNode, count: number): void {
  for (let i = 0; i < count; i++) node.tick()
}

/** Numerical Recipes' linear congruential generator: the same seed, the same faults. */
export const seeded = (seed: number) => {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}
