import { decodeMessage } from '../../../shared/domain/solana-transaction.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { type Lamports, lamports } from '../../../shared/units.ts'
import type { Simulation } from '../../chain/chain.ts'
import { type Instruction, computeLimitInstruction, computePriceInstruction, memoInstruction, transferInstruction } from '../../chain/instructions.ts'
import { advanceLaneInstruction, laneAddress, openLaneInstructions } from '../../chain/lanes.ts'
import { meaningOf } from '../../chain/meaning.ts'
import { type Token, createTokenAccountInstruction, tokenAddress, tokenTransferInstruction } from '../../chain/tokens.ts'
import type { Batch } from './batch.ts'
import type { PayoutDeps } from './deps.ts'
import type { Expected } from './guard.ts'
import { type Lane, laneOfMemo } from './lanes.ts'
import { transfersOf } from './plan.ts'

type TransferDeps = Pick<PayoutDeps, 'chain' | 'wallet' | 'usdc'>
type Planned = Pick<Batch, 'asset' | 'items' | 'kind' | 'memo'>

/** How a message is to be carried: compute units, and the nonce it lives by. */
export interface Carriage {
  readonly units: number
  readonly lane: Lane | null
  /** What a lane costs that is opened. */
  readonly laneRent: Lamports
}

/** Error: `config.invalid` for a batch in a token that is no longer configured. */
function tokenOf({ usdc }: TransferDeps): Token {
  if (usdc) return usdc
  throw new WindfallError(
    'config.invalid',
    'A payout in USDC is planned, and no USDC mint is configured any more. Set it again (usdcMint), until no payout in USDC is open.',
  )
}

/** Recipients for which the batch opens an account. */
const openedBy = ({ items }: Pick<Batch, 'items'>): string[] => [...new Set(items.filter((item) => item.rentLamports > 0n).map((item) => item.address))]

function payments(deps: TransferDeps, batch: Planned): Instruction[] {
  const payer = deps.wallet.address
  const transfers = transfersOf(batch.items)
  if (batch.asset === 'lamports') return transfers.map(({ to, amount }) => transferInstruction(payer, to, lamports(amount)))
  const token = tokenOf(deps)
  const accountOf = (owner: string) => tokenAddress(owner, token.mint, deps.chain.isOnCurve)
  const opened = new Set(openedBy(batch))
  const from = accountOf(payer)
  return transfers.flatMap(({ to, amount }) => {
    const pay = tokenTransferInstruction({ from, to: accountOf(to), authority: payer, amount }, token)
    return opened.has(to) ? [createTokenAccountInstruction(payer, { owner: to, account: accountOf(to), mint: token.mint }), pay] : [pay]
  })
}

/** Everything that a batch does on chain: the nonce, if it lives by one, a compute limit, its payments or the lane it opens, and its memo. */
export function instructionsOf(deps: TransferDeps, batch: Planned, { units, lane, laneRent }: Carriage): Instruction[] {
  const { address } = deps.wallet
  return [
    ...(lane ? [advanceLaneInstruction(lane.address, address)] : []),
    computeLimitInstruction(units),
    ...(lane && lane.price > 0n ? [computePriceInstruction(lane.price)] : []),
    ...(batch.kind === 'lane' ? openLaneInstructions(address, laneOfMemo(batch.memo), laneRent) : payments(deps, batch)),
    memoInstruction(batch.memo, address),
  ]
}

/** What a message for this batch has to do, and nothing else, for the guard. */
export function expectedOf(deps: TransferDeps, batch: Planned, { blockhash, lane }: { readonly blockhash: string; readonly lane: Lane | null }): Expected {
  const { address } = deps.wallet
  const plain = {
    payer: address,
    blockhash,
    memo: batch.memo,
    transfers: transfersOf(batch.items),
    ...(lane ? { lane: { account: lane.address, maxPrice: lane.price } } : {}),
    ...(batch.kind === 'lane' ? { opens: laneAddress(address, laneOfMemo(batch.memo)) } : {}),
  }
  if (batch.asset === 'lamports') return plain
  const token = tokenOf(deps)
  return { ...plain, token: { ...token, opened: openedBy(batch), accountOf: (owner) => tokenAddress(owner, token.mint, deps.chain.isOnCurve) } }
}

/** Where only the recipients matter. */
export const NO_HASH = { blockhash: '', lane: null }

/** The address that an error names, of a wallet or of a token account. */
function addressBlamed(message: Uint8Array, blame: NonNullable<Simulation['blame']>): string | null {
  const { instructions, keys } = decodeMessage(message)
  if ('account' in blame) return keys[blame.account] ?? null
  const instruction = instructions[blame.instruction]
  const meaning = instruction ? meaningOf(instruction, keys) : null
  if (meaning?.does === 'open') return meaning.owner
  return meaning?.does === 'transfer' || meaning?.does === 'token-transfer' ? meaning.to : null
}

/** The recipient of a batch whom the cluster names as the reason of a failure, if it names one. */
export function blamedRecipient(
  deps: TransferDeps,
  batch: Planned,
  failed: { readonly message: Uint8Array; readonly blame: Simulation['blame'] },
): string | null {
  const address = failed.blame && addressBlamed(failed.message, failed.blame)
  if (address === null) return null
  const { token } = expectedOf(deps, batch, NO_HASH)
  return batch.items.find((item) => item.address === address || token?.accountOf(item.address) === address)?.address ?? null
}
