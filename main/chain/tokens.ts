/**
 * SPL tokens as payouts need them: where a wallet keeps a token, and the two instructions that pay it. Layouts:
 * https://github.com/solana-program/token and https://github.com/solana-program/associated-token-account.
 */
import { createHash } from 'node:crypto'
import { fromBase58, toBase58 } from '../../shared/domain/base58.ts'
import { type Instruction, SYSTEM_PROGRAM } from './instructions.ts'

export const TOKEN_PROGRAM = 'TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA'
export const ASSOCIATED_TOKEN_PROGRAM = 'ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL'
/** Bytes of a token account: what its rent is for. */
export const TOKEN_ACCOUNT_BYTES = 165

export const TRANSFER_CHECKED = 12
export const CREATE_IDEMPOTENT = 1
const FROZEN = 2

/** An amount of a token, whole units of which have this many decimals. */
export interface Token {
  readonly mint: string
  readonly decimals: number
}

const seedHash = (...seeds: readonly Uint8Array[]): Uint8Array => {
  const hash = createHash('sha256')
  for (const seed of seeds) hash.update(seed)
  return hash.digest()
}

/**
 * Where an owner keeps a token of a token program: the program-derived address of owner, program and mint, with the highest bump that is on no curve.
 * Throws `RangeError` if there is none, which has never been seen.
 */
export function holdingAddress([owner, program, mint]: readonly [string, string, string], isOnCurve: (address: string) => boolean): string {
  const seeds = [owner, program, mint].map(fromBase58)
  for (let bump = 255; bump >= 0; bump--) {
    const hash = seedHash(...seeds, Uint8Array.of(bump), fromBase58(ASSOCIATED_TOKEN_PROGRAM), new TextEncoder().encode('ProgramDerivedAddress'))
    const address = toBase58(hash)
    if (!isOnCurve(address)) return address
  }
  throw new RangeError(`there is no token address for ${owner}`)
}

/** Where `owner` keeps a token, as {@link holdingAddress}, of the token program. */
export const tokenAddress = (owner: string, mint: string, isOnCurve: (address: string) => boolean): string =>
  holdingAddress([owner, TOKEN_PROGRAM, mint], isOnCurve)

interface TokenPlace {
  readonly owner: string
  readonly account: string
  readonly mint: string
}

/** `CreateIdempotent` of the associated token program: makes the account unless it is there; `payer` bears its rent. */
export const createTokenAccountInstruction = (payer: string, { owner, account, mint }: TokenPlace, program = TOKEN_PROGRAM): Instruction => ({
  program: ASSOCIATED_TOKEN_PROGRAM,
  accounts: [
    { address: payer, signer: true, writable: true },
    { address: account, signer: false, writable: true },
    { address: owner, signer: false, writable: false },
    { address: mint, signer: false, writable: false },
    { address: SYSTEM_PROGRAM, signer: false, writable: false },
    { address: program, signer: false, writable: false },
  ],
  data: Uint8Array.of(CREATE_IDEMPOTENT),
})

interface TokenTransfer {
  /** Token accounts, not wallets. */
  readonly from: string
  readonly to: string
  readonly authority: string
  readonly amount: bigint
  /** Who sign for the authority, if it is a multisig. */
  readonly signers?: readonly string[]
}

/** The accounts of an authority that signs for itself, or by some of its members. */
export const authorityAccounts = (authority: string, signers: readonly string[]): Instruction['accounts'] => [
  { address: authority, signer: signers.length === 0, writable: false },
  ...signers.map((address) => ({ address, signer: true, writable: false })),
]

/** `TransferChecked` of the token program: u8 12, u64 amount little endian, u8 decimals. */
export function tokenTransferInstruction({ from, to, authority, amount, signers = [] }: TokenTransfer, { mint, decimals }: Token): Instruction {
  if (amount <= 0n || amount >= 1n << 64n) throw new RangeError(`cannot transfer ${amount} token units`)
  const data = new Uint8Array(10)
  const view = new DataView(data.buffer)
  view.setUint8(0, TRANSFER_CHECKED)
  view.setBigUint64(1, amount, true)
  view.setUint8(9, decimals)
  return {
    program: TOKEN_PROGRAM,
    accounts: [
      { address: from, signer: false, writable: true },
      { address: mint, signer: false, writable: false },
      { address: to, signer: false, writable: true },
      ...authorityAccounts(authority, signers),
    ],
    data,
  }
}

export interface TokenAccount {
  readonly mint: string
  readonly owner: string
  readonly amount: bigint
  readonly isFrozen: boolean
}

/** Reads a token account (mint 32 bytes, owner 32, amount u64, …, state at 108); `null` for other data, such as a mint. */
export function readTokenAccount({ owner: program, data }: { readonly owner: string; readonly data: Uint8Array }): TokenAccount | null {
  const state = data[108]
  if (program !== TOKEN_PROGRAM || data.length !== TOKEN_ACCOUNT_BYTES || !state) return null
  return {
    mint: toBase58(data.subarray(0, 32)),
    owner: toBase58(data.subarray(32, 64)),
    amount: new DataView(data.buffer, data.byteOffset).getBigUint64(64, true),
    isFrozen: state === FROZEN,
  }
}
