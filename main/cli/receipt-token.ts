import { TreeHead } from '../../shared/domain/carbon-receipt.ts'
import { toBase58 } from '../../shared/domain/base58.ts'
import { payloadOf } from '../../shared/domain/dsse.ts'
import { decodeMessage } from '../../shared/domain/solana-transaction.ts'
import { WindfallError } from '../../shared/errors.ts'
import { type Lamports, lamports } from '../../shared/units.ts'
import { type Chain, assemble } from '../chain/chain.ts'
import { type Instruction, SYSTEM_PROGRAM } from '../chain/instructions.ts'
import {
  type ReceiptClaim,
  TOKEN_2022_PROGRAM,
  burnReceiptInstructions,
  isReceiptNft,
  mintReceiptInstructions,
  receiptMint,
  receiptNftBytes,
} from '../chain/receipt-nft.ts'
import { ASSOCIATED_TOKEN_PROGRAM } from '../chain/tokens.ts'
import { sha256Hex } from '../kernel/signing.ts'
import type { ReceiptOnDisk } from './receipt-files.ts'
import type { Keypair } from './vault-key.ts'

export interface TokenDeps {
  readonly chain: Pick<
    Chain,
    'account' | 'accountData' | 'blockHeight' | 'compile' | 'fee' | 'isOnCurve' | 'latestBlockhash' | 'minRent' | 'send' | 'simulate' | 'statuses'
  >
  /** Waits until it is worth while to look again. */
  readonly pause: () => Promise<unknown>
}

/** Where in which log a receipt is, as its token says it. */
export function claimOf({ bundle, predicate }: Pick<ReceiptOnDisk, 'bundle' | 'predicate'>): ReceiptClaim {
  const { logId } = TreeHead.parse(payloadOf(bundle.inclusion.treeHead))
  const sha256 = sha256Hex(Buffer.from(bundle.receipt.payload, 'base64'))
  return { logId, leafIndex: bundle.inclusion.leafIndex, receiptId: predicate.receiptId, sha256 }
}

export interface TokenQuote {
  readonly mint: string
  readonly wallet: string
  readonly isMinted: boolean
  /** What lies in its accounts, and comes back when it is burnt. */
  readonly rentLamports: string
  /** What the cluster takes, each time. */
  readonly feeLamports: string
  readonly balanceLamports: string
}

const PROGRAMS: ReadonlySet<string> = new Set([SYSTEM_PROGRAM, TOKEN_2022_PROGRAM, ASSOCIATED_TOKEN_PROGRAM])

/** Reads a message back before a key touches it: signed and paid by this wallet alone, and nothing but what tokens need. */
function requireOwn(message: Uint8Array, wallet: string): void {
  const { keys, requiredSignatures, instructions, lookups } = decodeMessage(message)
  const isOwn = requiredSignatures === 1 && keys[0] === wallet && lookups.length === 0
  if (!isOwn || instructions.some(({ programIdIndex }) => !PROGRAMS.has(keys[programIdIndex] ?? '')))
    throw new WindfallError('internal', 'The transaction is not the one that was meant. It was not signed. This is a defect; please report it.')
}

/** What clusters have taken for a byte, and for so many bytes beside those of an account, since they began; it only ever becomes less. */
const [MOST_RENT, ACCOUNT_BYTES] = [6_960n, 128]

/** Error: `chain.unavailable` for an endpoint that says more than a cluster takes: what it says is what is paid. */
const rentOf = async ({ chain }: TokenDeps, wallet: string, claim: ReceiptClaim): Promise<{ readonly mint: Lamports; readonly total: Lamports }> => {
  const bytes = receiptNftBytes(wallet, claim)
  const [mint, holding] = [await chain.minRent(bytes.mint), await chain.minRent(bytes.holding)]
  const most = MOST_RENT * BigInt(bytes.mint + bytes.holding + 2 * ACCOUNT_BYTES)
  if (mint + holding > most)
    throw new WindfallError(
      'chain.unavailable',
      `The Solana endpoint says that the rent is ${mint + holding} lamports, and no cluster takes more than ${most}. Nothing was signed. Ask another one.`,
    )
  return { mint, total: lamports(mint + holding) }
}

/** Error: `conflict` if something else lies where the token would. */
async function isMinted({ chain }: TokenDeps, wallet: string, claim: ReceiptClaim): Promise<boolean> {
  const mint = receiptMint(wallet, claim)
  const account = await chain.accountData(mint, 'confirmed')
  if (account === null) return false
  if (isReceiptNft(account, mint, claim)) return true
  throw new WindfallError('conflict', `At ${mint} lies something else than the token of this receipt. Use another wallet.`)
}

/** What the token of a receipt costs a wallet now, and whether it has it already. Errors: `conflict`, `chain.unavailable`. */
export async function quoteToken(deps: TokenDeps, wallet: string, claim: ReceiptClaim): Promise<TokenQuote> {
  const { chain } = deps
  const { mint, total } = await rentOf(deps, wallet, claim)
  const { blockhash } = await chain.latestBlockhash()
  const fee = await chain.fee(chain.compile(wallet, mintReceiptInstructions(wallet, claim, { rent: mint, isOnCurve: chain.isOnCurve }), blockhash))
  if (fee === null) throw new WindfallError('chain.unavailable', 'The Solana endpoint does not say what a transaction costs. Try again.')
  return {
    mint: receiptMint(wallet, claim),
    wallet,
    isMinted: await isMinted(deps, wallet, claim),
    rentLamports: String(total),
    feeLamports: String(fee),
    balanceLamports: String((await chain.account(wallet))?.lamports ?? 0n),
  }
}

/** Sends the same bytes until they are final or cannot land any more. Errors: `chain.unavailable`, `conflict`. */
async function settle({ chain, pause }: TokenDeps, [raw, signature, lastHeight]: readonly [Uint8Array, string, number]): Promise<void> {
  for (;;) {
    const height = await chain.blockHeight('finalized')
    const [status] = await chain.statuses([signature])
    if (status?.err)
      throw new WindfallError(
        'conflict',
        `The transaction ${signature} failed: ${status.err}. The fee is spent and nothing else happened. Look at what it says of it, and try again.`,
      )
    if (status?.level === 'finalized') return
    if (!status && height > lastHeight)
      throw new WindfallError('chain.unavailable', `The transaction ${signature} did not land in time. Run the same command again: nothing happens twice.`)
    // One that was taken already is taken once.
    if (!status) await chain.send(raw).catch(() => undefined)
    await pause()
  }
}

async function run(deps: TokenDeps, wallet: Keypair, instructions: readonly Instruction[]): Promise<string> {
  const { chain } = deps
  const { blockhash, lastValidBlockHeight } = await chain.latestBlockhash()
  const message = chain.compile(wallet.address, instructions, blockhash)
  requireOwn(message, wallet.address)
  const { err } = await chain.simulate(assemble(message))
  if (err !== null) throw new WindfallError('conflict', `The cluster would refuse it: ${err}. Nothing was sent. Look at it again without --yes.`)
  const signed = await wallet.sign(message)
  const signature = toBase58(signed)
  await settle(deps, [assemble(message, signed), signature, lastValidBlockHeight])
  return signature
}

/** Makes the token; it lies at an address of its own, so it is made once, whatever is repeated. Returns the transaction, `null` if it was there. */
export async function mintToken(deps: TokenDeps, wallet: Keypair, claim: ReceiptClaim): Promise<string | null> {
  if (await isMinted(deps, wallet.address, claim)) return null
  const { mint, total } = await rentOf(deps, wallet.address, claim)
  const balance = (await deps.chain.account(wallet.address))?.lamports ?? 0n
  if (balance < total)
    throw new WindfallError(
      'funds.insufficient',
      `${wallet.address} holds ${balance} lamports, and the token needs ${total} beside the fee. Put more there first.`,
    )
  return run(deps, wallet, mintReceiptInstructions(wallet.address, claim, { rent: mint, isOnCurve: deps.chain.isOnCurve }))
}

/** Burns the token; its rent goes back to the wallet. Returns the transaction, `null` if there is none. */
export async function burnToken(deps: TokenDeps, wallet: Keypair, claim: ReceiptClaim): Promise<string | null> {
  if (!(await isMinted(deps, wallet.address, claim))) return null
  return run(deps, wallet, burnReceiptInstructions(wallet.address, claim, deps.chain.isOnCurve))
}
