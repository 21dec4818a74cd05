/** The four states of money and the steps of a payout, each with one definition that every page uses. */
import type { Earning, MoneyState } from '../../shared/contract/money.ts'
import type { PayoutAsset, PayoutClaim, PayoutTerms } from '../../shared/contract/payout.ts'
import type { AddressSource } from '../../shared/contract/wallet.ts'
import { PAYOUT_MEANS, type Word } from './words.ts'

interface StateWord extends Word {
  /** What it is. */
  readonly means: string
  /** What makes it the next one. */
  readonly moves: string
  /** In a few words, beside an amount. */
  readonly short: string
}

const MONEY_STATES: readonly MoneyState[] = ['accrued', 'confirmed', 'paying', 'paid']

export const MONEY_WORD: Readonly<Record<MoneyState, StateWord>> = {
  accrued: {
    tone: 'slate',
    glyph: 'half',
    word: 'Accrued',
    short: 'work done, still being checked',
    means: 'Your share of work that is done and priced, and that the coordinator still checks. It is not yours yet.',
    moves: 'It becomes confirmed when the proof is accepted and the receipt is issued.',
  },
  confirmed: {
    tone: 'leaf',
    glyph: 'check',
    word: 'Confirmed',
    short: 'yours, waiting for a payout; never expires',
    means: 'The proof was accepted and you hold the receipt. It is yours, waits for a payout and never expires.',
    moves: 'It becomes paying when it is put into a payout: by itself, or when you claim it.',
  },
  paying: {
    tone: 'slate',
    glyph: 'arrow',
    word: 'Paying',
    short: 'in a payout that is not final yet',
    means: 'It is in a payout that is being sent on Solana and is not final yet.',
    moves: 'It becomes paid when the transfer is final. If a payout fails, it goes back to confirmed.',
  },
  paid: {
    tone: 'leaf',
    glyph: 'drop',
    word: 'Paid',
    short: 'in your wallet, final on Solana',
    means: 'The transfer is final on Solana and the money is in your wallet.',
    moves: 'Nothing moves it any more.',
  },
}

/** Which states the parts of an earning are in, each once, in the order in which money goes through them. */
export const statesOf = ({ parts }: Pick<Earning, 'parts'>): readonly MoneyState[] => MONEY_STATES.filter((state) => parts.some((part) => part.state === state))

export const ASSET_WORD: Readonly<Record<PayoutAsset, { readonly name: string; readonly means: string }>> = {
  sol: { name: 'SOL', means: 'Converted once, when the payout is planned, at a rate that is recorded with it. Its value in dollars moves afterwards.' },
  usdc: {
    name: 'USDC',
    means: 'One dollar each, no conversion. A wallet that has never held USDC needs an account for it, whose rent on Solana is taken from the first payout.',
  },
}

/** The steps of a claim, in order; the state of one says how far it has come. */
export const CLAIM_STEPS = ['Review', 'Accepted', 'Sent', 'Arriving', 'Paid'] as const
const REACHED: Readonly<Record<PayoutClaim['state'], number>> = { planned: 1, signed: 1, sent: 2, confirmed: 3, finalized: 4, failed: 1 }
export const reachedBy = (state: PayoutClaim['state']): number => REACHED[state]

export const CLAIM_MEANS: Readonly<Record<PayoutClaim['state'], string>> = {
  ...PAYOUT_MEANS,
  planned: 'The coordinator has taken your claim and sends it with the next batch.',
  signed: 'The transfer is signed and about to be sent.',
}

export const SOURCE_WORD: Readonly<Record<AddressSource, string>> = {
  settings: 'from the settings this machine was started with',
  pasted: 'typed in; nobody has shown that they hold its key',
  wallet: 'linked: its key signed for this machine',
}

/** Why nothing can be claimed now, and what to do; `null` if it can. */
export function claimObstacle({ address, paused, confirmedMicroUsd }: PayoutTerms): string | null {
  if (address === null) return 'No payout address is set. Link a wallet or paste an address below.'
  if (paused !== null) return `Payouts are paused: ${paused} Your money waits and never expires.`
  return BigInt(confirmedMicroUsd) <= 0n ? 'Nothing is confirmed yet.' : null
}
