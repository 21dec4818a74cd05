import { toBase58 } from '../../shared/domain/base58.ts'
import type { CompiledInstruction } from '../../shared/domain/solana-transaction.ts'
import { type Lamports, lamports } from '../../shared/units.ts'
import { COMPUTE_BUDGET_PROGRAM, MEMO_PROGRAM, SET_COMPUTE_UNIT_LIMIT, SET_COMPUTE_UNIT_PRICE, SYSTEM_PROGRAM, TRANSFER } from './instructions.ts'
import { ADVANCE_NONCE, CREATE_WITH_SEED, INITIALIZE_NONCE } from './lanes.ts'
import { ASSOCIATED_TOKEN_PROGRAM, CREATE_IDEMPOTENT, TOKEN_PROGRAM, TRANSFER_CHECKED } from './tokens.ts'

/** What a compiled instruction does, as far as we ever sign it; `null` for anything else. */
export type Meaning =
  | { readonly does: 'transfer'; readonly from: string; readonly to: string; readonly amount: Lamports }
  | {
      readonly does: 'token-transfer'
      readonly from: string
      readonly to: string
      readonly mint: string
      readonly authority: string
      readonly amount: bigint
      readonly decimals: number
    }
  | { readonly does: 'open'; readonly payer: string; readonly account: string; readonly owner: string; readonly mint: string }
  | { readonly does: 'memo'; readonly text: string }
  | { readonly does: 'limit'; readonly units: number }
  /** Micro-lamports for each compute unit. */
  | { readonly does: 'price'; readonly each: bigint }
  | { readonly does: 'advance'; readonly account: string; readonly authority: string }
  /** Makes a nonce account out of an address that is derived from `base`, or gives it its authority. */
  | { readonly does: 'create-lane'; readonly account: string; readonly base: string }
  | { readonly does: 'init-lane'; readonly account: string; readonly authority: string }

type Reader = (accounts: readonly string[], data: Uint8Array) => Meaning | null

const viewOf = (data: Uint8Array): DataView => new DataView(data.buffer, data.byteOffset, data.byteLength)

const readSystem: Reader = (accounts, data) => {
  const [from, to, third] = accounts
  if (data.length === 4 && viewOf(data).getUint32(0, true) === ADVANCE_NONCE && accounts.length === 3 && from !== undefined && third !== undefined)
    return { does: 'advance', account: from, authority: third }
  const kind = data.length >= 4 ? viewOf(data).getUint32(0, true) : -1
  if (kind === CREATE_WITH_SEED && from !== undefined && to !== undefined && accounts.length === 2 && data.length > 36)
    return { does: 'create-lane', account: to, base: toBase58(data.subarray(4, 36)) }
  if (kind === INITIALIZE_NONCE && from !== undefined && accounts.length === 3 && data.length === 36)
    return { does: 'init-lane', account: from, authority: toBase58(data.subarray(4, 36)) }
  if (data.length !== 12 || viewOf(data).getUint32(0, true) !== TRANSFER || accounts.length !== 2 || from === undefined || to === undefined) return null
  return { does: 'transfer', from, to, amount: lamports(viewOf(data).getBigUint64(4, true)) }
}

const readToken: Reader = (accounts, data) => {
  const [from, mint, to, authority] = accounts
  if (data.length !== 10 || data[0] !== TRANSFER_CHECKED || accounts.length !== 4) return null
  if (from === undefined || mint === undefined || to === undefined || authority === undefined) return null
  return { does: 'token-transfer', from, mint, to, authority, amount: viewOf(data).getBigUint64(1, true), decimals: data[9] ?? 0 }
}

const readAssociated: Reader = (accounts, data) => {
  const [payer, account, owner, mint, system, token] = accounts
  if (data.length !== 1 || data[0] !== CREATE_IDEMPOTENT || system !== SYSTEM_PROGRAM || token !== TOKEN_PROGRAM || accounts.length !== 6) return null
  if (payer === undefined || account === undefined || owner === undefined || mint === undefined) return null
  return { does: 'open', payer, account, owner, mint }
}

const READERS: Readonly<Record<string, Reader>> = {
  [SYSTEM_PROGRAM]: readSystem,
  [TOKEN_PROGRAM]: readToken,
  [ASSOCIATED_TOKEN_PROGRAM]: readAssociated,
  [MEMO_PROGRAM]: (_, data) => ({ does: 'memo', text: new TextDecoder().decode(data) }),
  [COMPUTE_BUDGET_PROGRAM]: (_, data) => {
    if (data.length === 5 && data[0] === SET_COMPUTE_UNIT_LIMIT) return { does: 'limit', units: viewOf(data).getUint32(1, true) }
    return data.length === 9 && data[0] === SET_COMPUTE_UNIT_PRICE ? { does: 'price', each: viewOf(data).getBigUint64(1, true) } : null
  },
}

/** Reads an instruction of a compiled message back; the mirror of the builders. */
export function meaningOf({ programIdIndex, accountIndexes, data }: CompiledInstruction, keys: readonly string[]): Meaning | null {
  const accounts = accountIndexes.map((index) => keys[index]).filter((key) => key !== undefined)
  const read = READERS[keys[programIdIndex] ?? '']
  return accounts.length === accountIndexes.length && read ? read(accounts, data) : null
}
