import { toBase58 } from '../../shared/domain/base58.ts'
import type { Svm } from './svm.ts'

export const TOKEN_PROGRAM = 'TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA'
export const TOKEN_2022_PROGRAM = 'TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb'
const ACCOUNT_BYTES = 165
const MINT_DECIMALS_AT = 44
/** Byte after the base layout that tells a Token-2022 account (2) from a mint (1). */
const KIND_AT = 165
const TOKEN_ACCOUNT_KIND = 2
const INITIALIZED_AT = 108

interface TokenAmount {
  readonly amount: string
  readonly decimals: number
  readonly uiAmount: number | null
  readonly uiAmountString: string
}

export interface TokenAccount {
  readonly program: string
  readonly mint: string
  readonly owner: string
  readonly state: 'initialized' | 'frozen'
  readonly amount: TokenAmount
  readonly space: number
  readonly lamports: bigint
}

/** `1234500` at 6 decimals is `1.2345`. */
function decimalText(amount: bigint, decimals: number): string {
  const digits = amount.toString().padStart(decimals + 1, '0')
  const whole = digits.slice(0, digits.length - decimals)
  const fraction = digits.slice(digits.length - decimals).replace(/0+$/, '')
  return fraction ? `${whole}.${fraction}` : whole
}

/** Reads an SPL token account (mint 32 bytes, owner 32, amount u64, …), or `null` if the address holds none. */
export function tokenAccount(svm: Svm, address: string): TokenAccount | null {
  const account = svm.account(address)
  if (!account || (account.owner !== TOKEN_PROGRAM && account.owner !== TOKEN_2022_PROGRAM)) return null
  const { data } = account
  const isAccount = data.length === ACCOUNT_BYTES || (data.length > ACCOUNT_BYTES && data[KIND_AT] === TOKEN_ACCOUNT_KIND)
  const state = data[INITIALIZED_AT]
  if (!isAccount || !state) return null
  const mint = toBase58(data.subarray(0, 32))
  const decimals = svm.account(mint)?.data[MINT_DECIMALS_AT] ?? 0
  const raw = new DataView(data.buffer, data.byteOffset).getBigUint64(64, true)
  const uiAmountString = decimalText(raw, decimals)
  return {
    program: account.owner,
    mint,
    owner: toBase58(data.subarray(32, 64)),
    state: state === 2 ? 'frozen' : 'initialized',
    amount: { amount: raw.toString(), decimals, uiAmount: Number(uiAmountString), uiAmountString },
    space: data.length,
    lamports: account.lamports,
  }
}

export interface TokenBalance {
  readonly accountIndex: number
  readonly mint: string
  readonly owner: string
  readonly programId: string
  readonly uiTokenAmount: TokenAmount
}

/** The token accounts among a transaction's accounts, as `preTokenBalances` and `postTokenBalances` list them. Its programs are not looked at. */
export function tokenBalances(svm: Svm, keys: readonly string[], programs: ReadonlySet<number>): TokenBalance[] {
  return keys.flatMap((key, accountIndex) => {
    const token = programs.has(accountIndex) ? null : tokenAccount(svm, key)
    return token ? [{ accountIndex, mint: token.mint, owner: token.owner, programId: token.program, uiTokenAmount: token.amount }] : []
  })
}
