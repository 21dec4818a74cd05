/**
 * Token accounts that no single key can empty: their owner is a multisig of the token program. It lies at an address that is derived from the wallet
 * that pays for it, so that nobody has to keep a key for it. Layouts: https://github.com/solana-program/token.
 */
import { toBase58 } from '../../shared/domain/base58.ts'
import type { Lamports } from '../../shared/units.ts'
import type { Instruction } from './instructions.ts'
import { createSeededInstruction, seededAddress } from './lanes.ts'
import { TOKEN_PROGRAM, authorityAccounts } from './tokens.ts'

/** Bytes of a multisig: what its rent is for, which never comes back. */
export const MULTISIG_BYTES = 355
const INITIALIZE_MULTISIG = 19
const CLOSE_ACCOUNT = 9
const KEY_BYTES = 32
const MEMBERS_AT = 3

export const multisigAddress = (wallet: string, seed: string): string => seededAddress(wallet, seed, TOKEN_PROGRAM)

interface Members {
  readonly members: readonly string[]
  /** How many of them have to sign. */
  readonly required: number
}

interface Opening extends Members {
  readonly wallet: string
  readonly seed: string
  readonly rent: Lamports
}

/** Makes the account, and `InitializeMultisig2` of the token program: u8 19, u8 signatures that are required. */
export const openMultisigInstructions = ({ wallet, seed, members, required, rent }: Opening): Instruction[] => [
  createSeededInstruction(wallet, { seed, owner: TOKEN_PROGRAM, space: MULTISIG_BYTES, rent }),
  {
    program: TOKEN_PROGRAM,
    accounts: [
      { address: multisigAddress(wallet, seed), signer: false, writable: true },
      ...members.map((address) => ({ address, signer: false, writable: false })),
    ],
    data: Uint8Array.of(INITIALIZE_MULTISIG, required),
  },
]

interface Closing {
  readonly account: string
  /** Gets the rent of the account. */
  readonly rentTo: string
  readonly authority: string
  readonly signers: readonly string[]
}

/** `CloseAccount` of the token program, which refuses for an account that is not empty. */
export const closeTokenAccountInstruction = ({ account, rentTo, authority, signers }: Closing): Instruction => ({
  program: TOKEN_PROGRAM,
  accounts: [{ address: account, signer: false, writable: true }, { address: rentTo, signer: false, writable: true }, ...authorityAccounts(authority, signers)],
  data: Uint8Array.of(CLOSE_ACCOUNT),
})

const memberAt = (index: number): number => MEMBERS_AT + index * KEY_BYTES

/** Reads a multisig (u8 required, u8 members, u8 initialised, up to eleven members of 32 bytes); `null` for other data. */
export function readMultisig({ owner, data }: { readonly owner: string; readonly data: Uint8Array }): Members | null {
  const [required, count, initialised] = data
  if (owner !== TOKEN_PROGRAM || data.length !== MULTISIG_BYTES || initialised !== 1 || required === undefined || count === undefined) return null
  return { required, members: Array.from({ length: count }, (_, index) => toBase58(data.subarray(memberAt(index), memberAt(index + 1)))) }
}
