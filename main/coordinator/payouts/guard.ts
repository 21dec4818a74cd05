import { decodeMessage } from '../../../shared/domain/solana-transaction.ts'
import { WindfallError, messageOf } from '../../../shared/errors.ts'
import type { Lamports } from '../../../shared/units.ts'
import { type Meaning, meaningOf } from '../../chain/instructions.ts'

/** Everything a message may do, and all of it that it must do. */
export interface Expected {
  readonly payer: string
  readonly blockhash: string
  readonly memo: string
  readonly transfers: readonly { readonly to: string; readonly amount: Lamports }[]
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

/**
 * Reads a message back, by other code than built it, before the key touches it: only transfers from the hot wallet, one
 * memo and a compute limit; exactly the planned recipients with exactly the planned amounts. Error: `payout.refused`.
 */
export function requireExactly(message: Uint8Array, expected: Expected): void {
  let found: Meaning[]
  try {
    found = meanings(message, expected)
  } catch (error) {
    throw error instanceof WindfallError ? error : refused(messageOf(error))
  }
  const transfers = found.filter((one) => one.does === 'transfer')
  if (transfers.some((one) => one.from !== expected.payer)) throw refused('it moves money of another account')
  if (inventory(transfers) !== inventory(expected.transfers)) throw refused('it does not pay exactly the planned amounts to the planned recipients')
  const memos = found.filter((one) => one.does === 'memo')
  if (memos.length !== 1 || memos[0]?.text !== expected.memo) throw refused('its memo is not the planned one')
  if (found.filter((one) => one.does === 'limit').length > 1) throw refused('it sets its compute limit twice')
}
