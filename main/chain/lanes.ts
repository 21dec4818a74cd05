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

/** The address of a wallet's lane: SHA-256 of the wallet, the seed and the owner. */
export const laneAddress = (wallet: string, lane: number): string =>
  toBase58(createHash('sha256').update(fromBase58(wallet)).update(seedOf(lane)).update(fromBase58(SYSTEM_PROGRAM)).digest())

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

/** `CreateAccountWithSeed` and `InitializeNonceAccount` of the system program, for the lane of a wallet that pays for it. */
export function openLaneInstructions(wallet: string, lane: number, rent: Lamports): Instruction[] {
  const [address, seed, key] = [laneAddress(wallet, lane), new TextEncoder().encode(seedOf(lane)), fromBase58(wallet)]
  const space = BigInt(NONCE_ACCOUNT_BYTES)
  return [
    {
      program: SYSTEM_PROGRAM,
      accounts: [
        { address: wallet, signer: true, writable: true },
        { address, signer: false, writable: true },
      ],
      data: bytesOf([4, BigInt(CREATE_WITH_SEED)], key, [8, BigInt(seed.length)], seed, [8, rent], [8, space], fromBase58(SYSTEM_PROGRAM)),
    },
    {
      program: SYSTEM_PROGRAM,
      accounts: [
        { address, signer: false, writable: true },
        { address: RECENT_BLOCKHASHES, signer: false, writable: false },
        { address: RENT, signer: false, writable: false },
      ],
      data: bytesOf([4, BigInt(INITIALIZE_NONCE)], key),
    },
  ]
}

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
