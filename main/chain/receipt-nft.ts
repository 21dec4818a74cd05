/**
 * A receipt as a token that cannot be sold or given away: a Token-2022 mint of one, non-transferable, whose metadata lie on the mint and point into the
 * log. It lies at an address derived from the wallet and the receipt, so that it exists once, however often it is asked for. The wallet that holds it
 * pays for it and has the rent back when it burns it. Layouts: https://github.com/solana-program/token-2022 and
 * https://github.com/solana-program/token-metadata.
 */
import { fromBase58 } from '../../shared/domain/base58.ts'
import type { Lamports } from '../../shared/units.ts'
import type { AccountData } from './chain.ts'
import type { Instruction } from './instructions.ts'
import { createSeededInstruction, seededAddress } from './lanes.ts'
import { createTokenAccountInstruction, holdingAddress } from './tokens.ts'

export const TOKEN_2022_PROGRAM = 'TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb'

const INITIALIZE_MINT = 20
const MINT_TO = 7
const SET_AUTHORITY = 6
const BURN = 8
const CLOSE_ACCOUNT = 9
const INITIALIZE_CLOSE_AUTHORITY = 25
const INITIALIZE_NON_TRANSFERABLE = 32
const METADATA_POINTER = 39
/** First eight bytes of SHA-256 of `spl_token_metadata_interface:` and the name of each. */
const INITIALIZE_METADATA = Uint8Array.of(210, 225, 30, 162, 88, 184, 77, 141)
const UPDATE_FIELD = Uint8Array.of(221, 233, 49, 45, 181, 202, 220, 200)
const UPDATE_AUTHORITY = Uint8Array.of(215, 228, 166, 228, 84, 100, 86, 123)
const KEY_FIELD = 3
const NONE = new Uint8Array(32)

/** A mint with a close authority, non-transferable, and with a pointer to its metadata; each extension has four bytes before it. */
const MINT_BYTES = 165 + 1 + (4 + 32) + 4 + (4 + 64)
/** A token account that is immutable and non-transferable. */
const HOLDING_BYTES = 165 + 1 + 4 + 4

/** What the token says: where in which log the receipt is. */
export interface ReceiptClaim {
  readonly logId: string
  readonly leafIndex: number
  readonly receiptId: string
  /** Hex SHA-256 of the signed body. */
  readonly sha256: string
}

const NAME = 'Windfall carbon receipt'
const SYMBOL = 'WFRECEIPT'
const uriOf = ({ receiptId }: ReceiptClaim): string => `urn:windfall:receipt:${receiptId}`
const fieldsOf = ({ logId, leafIndex, sha256 }: ReceiptClaim): readonly (readonly [string, string])[] => [
  ['log', logId],
  ['leaf', String(leafIndex)],
  ['sha256', sha256],
]

const u32 = (value: number): Uint8Array => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}
const text = (value: string): Uint8Array => {
  const bytes = Buffer.from(value, 'utf8')
  return Buffer.concat([u32(bytes.length), bytes])
}

const ONE = Buffer.from('0100000000000000', 'hex')
const seedOf = ({ sha256 }: Pick<ReceiptClaim, 'sha256'>): string => sha256.slice(0, 32)
const key = (address: string): Uint8Array => fromBase58(address)

/** Where the token of this receipt lies that belongs to this wallet. */
export const receiptMint = (wallet: string, claim: Pick<ReceiptClaim, 'sha256'>): string => seededAddress(wallet, seedOf(claim), TOKEN_2022_PROGRAM)

const metadata = (mint: string, claim: ReceiptClaim): Uint8Array => {
  const fields = fieldsOf(claim)
  const pairs = fields.flatMap(([name, value]) => [text(name), text(value)])
  // Its update authority, which is none in the end, and the mint it is of.
  return Buffer.concat([NONE, key(mint), text(NAME), text(SYMBOL), text(uriOf(claim)), u32(fields.length), ...pairs])
}

/** Bytes of the two accounts, which is what is paid for. */
export const receiptNftBytes = (wallet: string, claim: ReceiptClaim): { readonly mint: number; readonly holding: number } => ({
  mint: MINT_BYTES + 4 + metadata(receiptMint(wallet, claim), claim).length,
  holding: HOLDING_BYTES,
})

const on = (data: readonly (Uint8Array | number)[], ...accounts: Instruction['accounts']): Instruction => ({
  program: TOKEN_2022_PROGRAM,
  accounts,
  data: Buffer.concat(data.map((part) => (typeof part === 'number' ? Uint8Array.of(part) : part))),
})
const written = (address: string) => ({ address, signer: false, writable: true })
const signing = (address: string) => ({ address, signer: true, writable: false })
const read = (address: string) => ({ address, signer: false, writable: false })

/** Everything that makes the token, in one transaction that the wallet alone signs and pays. `rent`: what the mint needs, its metadata included. */
export function mintReceiptInstructions(
  wallet: string,
  claim: ReceiptClaim,
  { rent, isOnCurve }: { rent: Lamports; isOnCurve: (address: string) => boolean },
): Instruction[] {
  const mint = receiptMint(wallet, claim)
  const holding = holdingAddress([wallet, TOKEN_2022_PROGRAM, mint], isOnCurve)
  const owner = key(wallet)
  return [
    createSeededInstruction(wallet, { seed: seedOf(claim), owner: TOKEN_2022_PROGRAM, space: MINT_BYTES, rent }),
    on([INITIALIZE_CLOSE_AUTHORITY, 1, owner], written(mint)),
    on([INITIALIZE_NON_TRANSFERABLE], written(mint)),
    on([METADATA_POINTER, 0, NONE, key(mint)], written(mint)),
    on([INITIALIZE_MINT, 0, owner, 0], written(mint)),
    on([INITIALIZE_METADATA, text(NAME), text(SYMBOL), text(uriOf(claim))], written(mint), read(wallet), read(mint), signing(wallet)),
    ...fieldsOf(claim).map(([name, value]) => on([UPDATE_FIELD, KEY_FIELD, text(name), text(value)], written(mint), signing(wallet))),
    // From here on nobody can say anything else in its name.
    on([UPDATE_AUTHORITY, NONE], written(mint), signing(wallet)),
    createTokenAccountInstruction(wallet, { owner: wallet, account: holding, mint }, TOKEN_2022_PROGRAM),
    on([MINT_TO, ONE], written(mint), written(holding), signing(wallet)),
    on([SET_AUTHORITY, 0, 0], written(mint), signing(wallet)),
  ]
}

/** Burns the token and closes both accounts; their rent goes back to the wallet. */
export function burnReceiptInstructions(wallet: string, claim: Pick<ReceiptClaim, 'sha256'>, isOnCurve: (address: string) => boolean): Instruction[] {
  const mint = receiptMint(wallet, claim)
  const holding = holdingAddress([wallet, TOKEN_2022_PROGRAM, mint], isOnCurve)
  return [
    on([BURN, ONE], written(holding), written(mint), signing(wallet)),
    on([CLOSE_ACCOUNT], written(holding), written(wallet), signing(wallet)),
    on([CLOSE_ACCOUNT], written(mint), written(wallet), signing(wallet)),
  ]
}

/** Whether an account is the token of exactly this receipt: one of one, and nobody can make another or change what it says. */
export function isReceiptNft({ owner, data }: Pick<AccountData, 'owner' | 'data'>, mint: string, claim: ReceiptClaim): boolean {
  const said = Buffer.from(metadata(mint, claim))
  const hasNoAuthority = Buffer.from(data.subarray(0, 4)).equals(Buffer.alloc(4))
  const isOne = Buffer.from(data.subarray(36, 44)).equals(ONE)
  return owner === TOKEN_2022_PROGRAM && hasNoAuthority && isOne && Buffer.from(data).includes(said)
}
