import { decodeMessage } from '../../../shared/domain/solana-transaction.ts'
import { WindfallError, messageOf } from '../../../shared/errors.ts'
import { type Meaning, meaningOf } from '../../chain/meaning.ts'

/** Everything a message may do, and all of it that it must do. */
export interface Expected {
  readonly payer: string
  readonly blockhash: string
  readonly memo: string
  /** The nonce account that it has to advance before anything else, and the most it may offer for a compute unit. */
  readonly lane?: { readonly account: string; readonly maxPrice: bigint }
  /** The lane that it opens, where that is what it is for. */
  readonly opens?: string
  readonly transfers: readonly { readonly to: string; readonly amount: bigint }[]
  /** Of a batch in a token: `to` above are wallets, and of these some get an account. */
  readonly token?: { readonly mint: string; readonly decimals: number; readonly opened: readonly string[]; readonly accountOf: (wallet: string) => string }
}

const refused = (why: string): WindfallError =>
  new WindfallError('payout.refused', `The transaction was not signed: ${why}. No money moved. This is a defect; please report it.`)

function meanings(message: Uint8Array, { payer, blockhash }: Expected): Meaning[] {
  const decoded = decodeMessage(message)
  if (decoded.version !== 0 || decoded.lookups.length > 0) throw refused('it is not a plain v0 transaction')
  if (decoded.requiredSignatures !== 1 || decoded.keys[0] !== payer) throw refused('it wants another signer than the hot wallet')
  if (decoded.recentBlockhash !== blockhash) throw refused('it names another block hash')
  return decoded.instructions.map((instruction) => {
    const meaning = meaningOf(instruction, decoded.keys)
    if (!meaning) throw refused('it holds an instruction that payouts never use')
    return meaning
  })
}

/** The same text for the same transfers in any order, each counted as often as it occurs. */
const inventory = (transfers: Expected['transfers']): string => JSON.stringify(transfers.map(({ to, amount }) => `${to} ${amount}`).toSorted())

/** Exactly the transfers of the plan, as lamports or as the one token, by whichever instruction belongs to it. */
function requireTransfers(found: readonly Meaning[], { payer, transfers, token }: Expected): void {
  const inLamports = found.filter((one) => one.does === 'transfer')
  const inTokens = found.filter((one) => one.does === 'token-transfer')
  if (inLamports.some((one) => one.from !== payer) || inTokens.some((one) => one.authority !== payer)) throw refused('it moves money of another account')
  if ((token ? inLamports : inTokens).length > 0) throw refused('it pays in another asset than was planned')
  if (token && inTokens.some((one) => one.mint !== token.mint || one.decimals !== token.decimals || one.from !== token.accountOf(payer)))
    throw refused('it pays in another token than was planned, or out of another account')
  const planned = token ? transfers.map(({ to, amount }) => ({ to: token.accountOf(to), amount })) : transfers
  if (inventory(token ? inTokens : inLamports) !== inventory(planned)) throw refused('it does not pay exactly the planned amounts to the planned recipients')
}

/** Opens accounts only for those it was planned for, each where it belongs. */
function requireAccounts(found: readonly Meaning[], { payer, token }: Expected): void {
  const opened = found.filter((one) => one.does === 'open')
  const sound = opened.every((one) => token !== undefined && one.payer === payer && one.mint === token.mint && one.account === token.accountOf(one.owner))
  if (!sound || JSON.stringify(opened.map((one) => one.owner).toSorted()) !== JSON.stringify((token?.opened ?? []).toSorted()))
    throw refused('it opens other accounts than were planned')
}

/** Opens the one lane it was planned for, for the hot wallet alone, or none. */
function requireOpening(found: readonly Meaning[], { payer, opens }: { readonly payer: string; readonly opens: string | undefined }): void {
  const created = found.filter((one) => one.does === 'create-lane')
  const initialized = found.filter((one) => one.does === 'init-lane')
  const count = opens === undefined ? 0 : 1
  const isSound =
    created.every(({ account, base }) => account === opens && base === payer) &&
    initialized.every(({ account, authority }) => account === opens && authority === payer)
  if (!isSound || created.length !== count || initialized.length !== count) throw refused('it opens another lane than was planned')
}

/** Lives by the nonce it was planned on, or by none, and offers no more than it may. */
function requireLane(found: readonly Meaning[], { payer, lane, opens }: Expected): void {
  const advances = found.filter((one) => one.does === 'advance')
  const [first] = found
  const isSound =
    lane === undefined
      ? advances.length === 0
      : advances.length === 1 && first?.does === 'advance' && first.account === lane.account && first.authority === payer
  if (!isSound) throw refused('it does not live by the nonce it was planned on')
  requireOpening(found, { payer, opens })
  const prices = found.filter((one) => one.does === 'price')
  if (prices.length > (lane ? 1 : 0) || prices.some(({ each }) => each > (lane?.maxPrice ?? 0n))) throw refused('it offers a higher fee than was planned')
}

/**
 * Reads a message back, by other code than built it, before the key touches it: only transfers from the hot wallet, the
 * accounts they need, one memo and a compute limit; exactly the planned recipients with exactly the planned amounts.
 * Error: `payout.refused`.
 */
export function requireExactly(message: Uint8Array, expected: Expected): void {
  let found: Meaning[]
  try {
    found = meanings(message, expected)
  } catch (error) {
    throw error instanceof WindfallError ? error : refused(messageOf(error))
  }
  requireTransfers(found, expected)
  requireAccounts(found, expected)
  const memos = found.filter((one) => one.does === 'memo')
  if (memos.length !== 1 || memos[0]?.text !== expected.memo) throw refused('its memo is not the planned one')
  if (found.filter((one) => one.does === 'limit').length > 1) throw refused('it sets its compute limit twice')
  requireLane(found, expected)
}
