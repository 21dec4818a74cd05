/**
 * Reads Solana transactions from their wire bytes: legacy, v0 (https://docs.anza.xyz/proposals/versioned-transactions)
 * and v1 (SIMD-0385). Bytes are hostile: every read is bounded and nothing may be left over.
 */
import { toBase58 } from './base58.ts'

export interface CompiledInstruction {
  readonly programIdIndex: number
  readonly accountIndexes: readonly number[]
  readonly data: Uint8Array
}

interface TableLookup {
  readonly table: string
  readonly writable: readonly number[]
  readonly readonly: readonly number[]
}

/** Resource requests that v1 carries beside its instructions; `null` where the sender left them out. */
interface TransactionConfig {
  readonly priorityFee: bigint | null
  readonly computeUnitLimit: number | null
  readonly loadedAccountsDataSizeLimit: number | null
  readonly heapSize: number | null
}

export interface SolanaMessage {
  readonly version: 'legacy' | 0 | 1
  readonly requiredSignatures: number
  readonly readonlySigned: number
  readonly readonlyUnsigned: number
  /** Static account keys, base58, fee payer first. */
  readonly keys: readonly string[]
  readonly recentBlockhash: string
  readonly instructions: readonly CompiledInstruction[]
  readonly lookups: readonly TableLookup[]
  readonly config: TransactionConfig | null
}

export interface SolanaTransaction {
  readonly signatures: readonly string[]
  readonly messageBytes: Uint8Array
  readonly message: SolanaMessage
}

/** Largest transaction a node takes, bytes. */
export const maxTransactionBytes = (version: SolanaMessage['version']): number => (version === 1 ? 4_096 : 1_232)

const VERSION_FLAG = 0x80

interface Reader {
  readonly u8: () => number
  readonly u16: () => number
  readonly u32: () => number
  readonly u64: () => bigint
  /** Solana's compact-u16 length prefix. */
  readonly length: () => number
  readonly bytes: (count: number) => Uint8Array
  readonly key: () => string
  readonly peek: () => number
  readonly position: () => number
  readonly left: () => number
}

function createReader(bytes: Uint8Array): Reader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = 0
  const take = (count: number): number => {
    if (count > bytes.length - at) throw new RangeError(`transaction ends after ${bytes.length} bytes, ${at + count} expected`)
    at += count
    return at - count
  }
  const u8 = () => view.getUint8(take(1))
  const length = () => {
    let value = 0
    for (let shift = 0; shift < 21; shift += 7) {
      const byte = u8()
      value |= (byte & 0x7f) << shift
      if ((byte & 0x80) === 0) return value
    }
    throw new RangeError('length prefix is longer than three bytes')
  }
  const slice = (count: number) => bytes.subarray(take(count), at)
  return {
    u8,
    u16: () => view.getUint16(take(2), true),
    u32: () => view.getUint32(take(4), true),
    u64: () => view.getBigUint64(take(8), true),
    length,
    bytes: slice,
    key: () => toBase58(slice(32)),
    peek: () => bytes[at] ?? 0,
    position: () => at,
    left: () => bytes.length - at,
  }
}

const times = <T>(count: number, read: () => T): T[] => Array.from({ length: count }, read)
const readHeader = (r: Reader) => ({ requiredSignatures: r.u8(), readonlySigned: r.u8(), readonlyUnsigned: r.u8() })

function readInstruction(r: Reader): CompiledInstruction {
  const programIdIndex = r.u8()
  const accountIndexes = [...r.bytes(r.length())]
  return { programIdIndex, accountIndexes, data: r.bytes(r.length()) }
}

const readLookup = (r: Reader): TableLookup => ({ table: r.key(), writable: [...r.bytes(r.length())], readonly: [...r.bytes(r.length())] })

function readClassic(r: Reader, version: 'legacy' | 0): SolanaMessage {
  const header = readHeader(r)
  const keys = times(r.length(), r.key)
  const recentBlockhash = r.key()
  const instructions = times(r.length(), () => readInstruction(r))
  const lookups = version === 0 ? times(r.length(), () => readLookup(r)) : []
  return { version, ...header, keys, recentBlockhash, instructions, lookups, config: null }
}

function readConfig(r: Reader, mask: number): TransactionConfig {
  if ((mask & ~0b11111) !== 0 || (mask & 0b11) === 0b01 || (mask & 0b11) === 0b10) throw new RangeError('transaction config mask has unknown bits')
  return {
    priorityFee: mask & 0b11 ? r.u64() : null,
    computeUnitLimit: mask & 0b100 ? r.u32() : null,
    loadedAccountsDataSizeLimit: mask & 0b1000 ? r.u32() : null,
    heapSize: mask & 0b10000 ? r.u32() : null,
  }
}

function readV1(r: Reader): SolanaMessage {
  const header = readHeader(r)
  const mask = r.u32()
  const recentBlockhash = r.key()
  const [instructionCount, keyCount] = [r.u8(), r.u8()]
  const keys = times(keyCount, r.key)
  const config = readConfig(r, mask)
  const shapes = times(instructionCount, () => ({ programIdIndex: r.u8(), accounts: r.u8(), bytes: r.u16() }))
  const instructions = shapes.map(({ programIdIndex, accounts, bytes }) => ({ programIdIndex, accountIndexes: [...r.bytes(accounts)], data: r.bytes(bytes) }))
  return { version: 1, ...header, keys, recentBlockhash, instructions, lookups: [], config }
}

function readMessage(r: Reader): SolanaMessage {
  if ((r.peek() & VERSION_FLAG) === 0) return readClassic(r, 'legacy')
  const version = r.u8() & ~VERSION_FLAG
  if (version === 0) return readClassic(r, 0)
  if (version === 1) return readV1(r)
  throw new RangeError(`transaction version ${version} is not supported`)
}

function checked(message: SolanaMessage): SolanaMessage {
  const loaded = message.lookups.reduce((sum, lookup) => sum + lookup.writable.length + lookup.readonly.length, 0)
  const total = message.keys.length + loaded
  const { requiredSignatures, readonlySigned, readonlyUnsigned } = message
  if (requiredSignatures === 0 || readonlySigned >= requiredSignatures || requiredSignatures + readonlyUnsigned > message.keys.length)
    throw new RangeError('transaction header does not fit its accounts')
  const isOutside = (index: number) => index >= total
  if (message.instructions.some((one) => isOutside(one.programIdIndex) || one.accountIndexes.some(isOutside)))
    throw new RangeError('an instruction names an account that is not there')
  return message
}

/** Decodes the part of a transaction that is signed. Throws `RangeError` with what is wrong. */
export function decodeMessage(bytes: Uint8Array): SolanaMessage {
  const reader = createReader(bytes)
  const message = checked(readMessage(reader))
  if (reader.left() > 0) throw new RangeError('bytes are left over after the message')
  return message
}

/** Decodes a whole transaction. v1 puts its signatures last, the others first. Throws `RangeError` with what is wrong. */
export function decodeTransaction(bytes: Uint8Array): SolanaTransaction {
  const reader = createReader(bytes)
  const messageFirst = (reader.peek() & VERSION_FLAG) !== 0
  const before = messageFirst ? [] : times(reader.length(), () => toBase58(reader.bytes(64)))
  const start = reader.position()
  const message = checked(readMessage(reader))
  const messageBytes = bytes.subarray(start, reader.position())
  const signatures = messageFirst ? times(message.requiredSignatures, () => toBase58(reader.bytes(64))) : before
  if (messageFirst !== (message.version === 1)) throw new RangeError('signatures stand on the wrong side of the message')
  if (signatures.length !== message.requiredSignatures) throw new RangeError(`${message.requiredSignatures} signatures expected, ${signatures.length} found`)
  if (reader.left() > 0) throw new RangeError('bytes are left over after the transaction')
  return { signatures, messageBytes, message }
}

/** Whether the message lets its programs change the account at `index` of its static keys. */
export const isWritable = (message: SolanaMessage, index: number): boolean =>
  index < message.requiredSignatures ? index < message.requiredSignatures - message.readonlySigned : index < message.keys.length - message.readonlyUnsigned
