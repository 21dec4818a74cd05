/** A token of one's own, for local chains that have no USDC. Layouts: https://github.com/solana-program/token. */
import { fromBase58 } from '../../shared/domain/base58.ts'
import type { Lamports } from '../../shared/units.ts'
import type { Instruction } from './instructions.ts'
import { createSeededInstruction, seededAddress } from './lanes.ts'
import { TOKEN_PROGRAM, createTokenAccountInstruction } from './tokens.ts'

/** Bytes of a mint: what its rent is for. */
export const MINT_BYTES = 82
const INITIALIZE_MINT = 20
const MINT_TO = 7
const SEED = 'windfall-test-usdc'
const DECIMALS = 6

/** The mint that a wallet issues test USDC by. */
export const testMintOf = (issuer: string): string => seededAddress(issuer, SEED, TOKEN_PROGRAM)

/** `InitializeMint2` of the token program: u8 20, u8 decimals, authority, and none that can freeze. */
const initializeMint = (issuer: string): Instruction => ({
  program: TOKEN_PROGRAM,
  accounts: [{ address: testMintOf(issuer), signer: false, writable: true }],
  data: Uint8Array.of(INITIALIZE_MINT, DECIMALS, ...fromBase58(issuer), 0),
})

/** `MintTo`: u8 7, u64 amount. */
function mintTo(issuer: string, account: string, amount: bigint): Instruction {
  const data = new Uint8Array(9)
  data[0] = MINT_TO
  new DataView(data.buffer).setBigUint64(1, amount, true)
  return {
    program: TOKEN_PROGRAM,
    accounts: [
      { address: testMintOf(issuer), signer: false, writable: true },
      { address: account, signer: false, writable: true },
      { address: issuer, signer: true, writable: false },
    ],
    data,
  }
}

interface Issue {
  readonly issuer: string
  readonly owner: string
  /** Where `owner` keeps it. */
  readonly account: string
  readonly amount: bigint
  readonly rent: Lamports
}

/** Makes the mint and gives `owner` some, in one transaction of the issuer: all of it happens, or nothing. */
export const issueTestTokenInstructions = ({ issuer, owner, account, amount, rent }: Issue): Instruction[] => [
  createSeededInstruction(issuer, { seed: SEED, owner: TOKEN_PROGRAM, space: MINT_BYTES, rent }),
  initializeMint(issuer),
  createTokenAccountInstruction(issuer, { owner, account, mint: testMintOf(issuer) }),
  mintTo(issuer, account, amount),
]
