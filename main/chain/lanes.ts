/**
 * Durable nonces: an account whose value stands in for a block hash, so that a transaction does not expire, and two on one value exclude
 * each other (https://docs.anza.xyz/implemented-proposals/durable-tx-nonces). Ours are derived from the wallet that owns them, which needs
 * no further key.
 */
import { createHash } from 'node:crypto'
import { fromBase58, toBase58 } from '../../shared/domain/base58.ts'
import type { Lamports } from '../../shared/units.ts'
import { type Instruction, SYSTEM_PROGRAM } from './instructions.ts'

/** Bytes of a nonce account: what its rent is for. */
export const NONCE_ACCOUNT_BYTES = 80
export const ADVANCE_NONCE = 4
export const CREATE_WITH_SEED = 3
export const INITIALIZE_NONCE = 6
const INITIALIZED = 1
const VALUE_AT = 40
const RECENT_BLOCKHASHES = 'SysvarRecentB1ockHashes11111111111111111111'
const RENT = 'SysvarRent111111111111111111111111111111111'

const seedOf = (lane: number): string => `windfall-lane-${lane}`

/** The address of a wallet's lane. */
export const laneAddress = (wallet: string, lane: number): string => seededAddress(wallet, seedOf(lane), SYSTEM_PROGRAM)

/** An address that a wallet makes accounts at without a further key: SHA-256 of the wallet, a seed of at most 32 bytes and the owning program. */
export const seededAddress = (wallet: string, seed: string, owner: string): string =>
  toBase58(createHash('sha256').update(fromBase58(wallet)).update(seed).update(fromBase58(owner)).digest())

const bytesOf = (...parts: readonly (readonly [bytes: 4 | 8, value: bigint] | Uint8Array)[]): Uint8Array =>
  Buffer.concat(
    parts.map((part) => {
      if (part instanceof Uint8Array) return part
      const bytes = Buffer.alloc(part[0])
      if (part[0] === 4) bytes.writeUInt32LE(Number(part[1]))
      else bytes.writeBigUInt64LE(part[1])
      return bytes
    }),
  )

interface SeededAccount {
  readonly seed: string
  readonly owner: string
  readonly space: number
  readonly rent: Lamports
}

/** `CreateAccountWithSeed` of the system program; the wallet it is derived from pays its rent. */
export function createSeededInstruction(wallet: string, { seed: text, owner, space, rent }: SeededAccount): Instruction {
  const seed = new TextEncoder().encode(text)
  return {
    program: SYSTEM_PROGRAM,
    accounts: [
      { address: wallet, signer: true, writable: true },
      { address: seededAddress(wallet, text, owner), signer: false, writable: true },
    ],
    data: bytesOf([4, BigInt(CREATE_WITH_SEED)], fromBase58(wallet), [8, BigInt(seed.length)], seed, [8, rent], [8, BigInt(space)], fromBase58(owner)),
  }
}

/** Makes the lane of a wallet that pays for it, and `InitializeNonceAccount` of the system program. */
export const openLaneInstructions = (wallet: string, lane: number, rent: Lamports): Instruction[] => [
  createSeededInstruction(wallet, { seed: seedOf(lane), owner: SYSTEM_PROGRAM, space: NONCE_ACCOUNT_BYTES, rent }),
  {
    program: SYSTEM_PROGRAM,
    accounts: [
      { address: laneAddress(wallet, lane), signer: false, writable: true },
      { address: RECENT_BLOCKHASHES, signer: false, writable: false },
      { address: RENT, signer: false, writable: false },
    ],
    data: bytesOf([4, BigInt(INITIALIZE_NONCE)], fromBase58(wallet)),
  },
]

/** `AdvanceNonceAccount`: has to be the first instruction of a transaction that lives by this nonce. */
export const advanceLaneInstruction = (account: string, authority: string): Instruction => ({
  program: SYSTEM_PROGRAM,
  accounts: [
    { address: account, signer: false, writable: true },
    { address: RECENT_BLOCKHASHES, signer: false, writable: false },
    { address: authority, signer: true, writable: false },
  ],
  data: bytesOf([4, BigInt(ADVANCE_NONCE)]),
})

/** The value a nonce account stands at, if it is one and `authority` may use it. */
export function readNonce({ owner, data }: { readonly owner: string; readonly data: Uint8Array }, authority: string): string | null {
  if (owner !== SYSTEM_PROGRAM || data.length !== NONCE_ACCOUNT_BYTES) return null
  const state = new DataView(data.buffer, data.byteOffset).getUint32(4, true)
  if (state !== INITIALIZED || toBase58(data.subarray(8, VALUE_AT)) !== authority) return null
  return toBase58(data.subarray(VALUE_AT, VALUE_AT + 32))
}
