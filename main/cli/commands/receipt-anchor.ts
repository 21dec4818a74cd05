import { z } from 'zod'
import { fromBase58 } from '../../../shared/domain/base58.ts'
import { decodeUtf8 } from '../../../shared/domain/encoding.ts'
import type { ReadMemos } from '../../../shared/domain/verify-receipt.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { clusterOf } from '../../chain/cluster.ts'
import { MEMO_PROGRAM } from '../../chain/instructions.ts'
import { type Fetch, fetchJson } from './receipt-fetch.ts'

/** Longer texts are other people's memos. */
const MAX_DATA_LETTERS = 128

const Answer = <T extends z.ZodType>(result: T) => z.looseObject({ result })
/** The part of `getTransaction` (encoding `json`) that says what its memos are. https://solana.com/docs/rpc/http/gettransaction */
const Transaction = z.looseObject({
  meta: z.looseObject({ err: z.unknown() }),
  transaction: z.looseObject({
    signatures: z.array(z.string()).min(1),
    message: z.looseObject({ accountKeys: z.array(z.string()), instructions: z.array(z.looseObject({ programIdIndex: z.number().int(), data: z.string() })) }),
  }),
})
type Transaction = z.infer<typeof Transaction>

function memosOf({ transaction: { message } }: Transaction): readonly string[] {
  const isMemo = ({ programIdIndex, data }: { programIdIndex: number; data: string }) =>
    message.accountKeys[programIdIndex] === MEMO_PROGRAM && data.length <= MAX_DATA_LETTERS
  return message.instructions.filter(isMemo).flatMap(({ data }) => decodeUtf8(fromBase58(data)) ?? [])
}

/**
 * Looks memos up through a Solana JSON-RPC. Only finalized transactions that succeeded count.
 * Errors: `chain.unavailable` if it does not answer, `input.invalid` if it serves another cluster than the anchor names.
 */
export function createMemoReader(rpcUrl: string, fetch: Fetch): ReadMemos {
  const ask = async <T extends z.ZodType>(method: string, params: readonly unknown[], result: T): Promise<z.output<T>> => {
    const answer = Answer(result).safeParse(await fetchJson(fetch, { url: rpcUrl, body: { jsonrpc: '2.0', id: 1, method, params }, code: 'chain.unavailable' }))
    if (!answer.success) throw new WindfallError('chain.unavailable', `The Solana RPC gave an answer to ${method} that cannot be understood. Try another one.`)
    return answer.data['result'] as z.output<T>
  }
  return async ({ cluster, signature }) => {
    const served = clusterOf(await ask('getGenesisHash', [], z.string()))
    if (served !== cluster)
      throw new WindfallError('input.invalid', `The Solana RPC serves ${served}, but the receipt is anchored on ${cluster}. Pass one of ${cluster} with --rpc.`)
    const config = { commitment: 'finalized', encoding: 'json', maxSupportedTransactionVersion: 1 }
    const found = await ask('getTransaction', [signature, config], Transaction.nullable())
    return found === null || found.meta.err !== null || found.transaction.signatures[0] !== signature ? null : memosOf(found)
  }
}
