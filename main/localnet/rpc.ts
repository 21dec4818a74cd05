import type { Node } from './methods.ts'
import { accountMethods } from './rpc-accounts.ts'
import { chainMethods } from './rpc-chain.ts'
import { RPC, RpcError } from './rpc-error.ts'
import { historyMethods } from './rpc-history.ts'
import { sendMethods } from './rpc-send.ts'

const METHODS = new Map(Object.entries({ ...chainMethods, ...accountMethods, ...historyMethods, ...sendMethods }))
const MAX_BATCH = 100

type Id = string | number | null
export type Reply = { readonly jsonrpc: '2.0'; readonly id: Id } & (
  | { readonly result: unknown }
  | { readonly error: { readonly code: number; readonly message: string; readonly data?: unknown } }
)

const failure = (id: Id, error: unknown): Reply => {
  const known = error instanceof RpcError ? error : new RpcError(RPC.internal, 'Internal error')
  return { jsonrpc: '2.0', id, error: { code: known.code, message: known.message, ...(known.data === undefined ? {} : { data: known.data }) } }
}

/** Answers JSON-RPC 2.0 requests, single or in a batch. Never throws; `onInternalError` hears of what should not happen. */
export function createRpc(node: Node, onInternalError: (error: unknown) => void): (body: unknown) => Promise<Reply | Reply[]> {
  const calls = new Map<string, number>()
  const call = async (method: string, params: readonly unknown[]): Promise<unknown> => {
    const count = (calls.get(method) ?? 0) + 1
    calls.set(method, count)
    const injected = node.chaos.rpcError?.(method, count)
    if (injected) throw new RpcError(injected.code, injected.message)
    const run = METHODS.get(method)
    if (!run) throw new RpcError(RPC.methodNotFound, 'Method not found')
    return run(node, params)
  }
  const answer = async (request: unknown): Promise<Reply> => {
    const {
      id = null,
      method,
      params = [],
    } = (typeof request === 'object' && request !== null ? request : {}) as { id?: Id; method?: unknown; params?: unknown }
    try {
      if (typeof method !== 'string' || !Array.isArray(params)) throw new RpcError(RPC.invalidRequest, 'Invalid request')
      return { jsonrpc: '2.0', id, result: await call(method, params) }
    } catch (error) {
      if (!(error instanceof RpcError)) onInternalError(error)
      return failure(id, error)
    }
  }
  return async (body) => {
    if (!Array.isArray(body)) return answer(body)
    if (body.length === 0 || body.length > MAX_BATCH) return failure(null, new RpcError(RPC.invalidRequest, `A batch holds 1 to ${MAX_BATCH} requests`))
    return Promise.all(body.map(answer))
  }
}

/** JSON with lamports as plain numbers; no balance on this chain reaches 2^53. */
export const toJson = (value: unknown): string => JSON.stringify(value, (_key, member: unknown) => (typeof member === 'bigint' ? Number(member) : member))
