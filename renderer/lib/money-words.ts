/** The four states of money and the steps of a payout, each with one definition that every page uses. */
import type { Earning, MoneyState } from '../../shared/contract/money.ts'
import type { PayoutAsset, PayoutClaim } from '../../shared/contract/payout.ts'
import type { AddressSource } from '../../shared/contract/wallet.ts'
import { t } from '../../shared/i18n/translate.ts'
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
    word: t('Accrued'),
    short: t('work done, still being checked'),
    means: t('Your share of work that is done and priced, and that the coordinator still checks. It is not yours yet.'),
    moves: t('It becomes confirmed when the proof is accepted and the receipt is issued.'),
  },
  confirmed: {
    tone: 'leaf',
    glyph: 'check',
    word: t('Confirmed'),
    short: t('yours, waiting for a payout; never expires'),
    means: t('The proof was accepted and you hold the receipt. It is yours, waits for a payout and never expires.'),
    moves: t('It becomes paying when it is put into a payout: by itself, or when you claim it.'),
  },
  paying: {
    tone: 'slate',
    glyph: 'arrow',
    word: t('Paying'),
    short: t('in a payout that is not final yet'),
    means: t('It is in a payout that is being sent on Solana and is not final yet.'),
    moves: t('It becomes paid when the transfer is final. If a payout fails, it goes back to confirmed.'),
  },
  paid: {
    tone: 'leaf',
    glyph: 'drop',
    word: t('Paid'),
    short: t('in your wallet, final on Solana'),
    means: t('The transfer is final on Solana and the money is in your wallet.'),
    moves: t('Nothing moves it any more.'),
  },
}

/** Which states the parts of an earning are in, each once, in the order in which money goes through them. */
export const statesOf = ({ parts }: Pick<Earning, 'parts'>): readonly MoneyState[] => MONEY_STATES.filter((state) => parts.some((part) => part.state === state))

export const ASSET_WORD: Readonly<Record<PayoutAsset, { readonly name: string; readonly means: string }>> = {
  sol: { name: 'SOL', means: t('Converted once, when the payout is planned, at a rate that is recorded with it. Its value in dollars moves afterwards.') },
  usdc: {
    name: 'USDC',
    means: t('One dollar each, no conversion. A wallet that has never held USDC needs an account for it, whose rent on Solana is taken from the first payout.'),
  },
}

/** The steps of a claim, in order; the state of one says how far it has come. */
export const CLAIM_STEPS: readonly string[] = [t('Review'), t('Accepted'), t('Sent'), t('Arriving'), t('Paid')]
const REACHED: Readonly<Record<PayoutClaim['state'], number>> = { planned: 1, signed: 1, sent: 2, confirmed: 3, finalized: 4, failed: 1 }
export const reachedBy = (state: PayoutClaim['state']): number => REACHED[state]

export const CLAIM_MEANS: Readonly<Record<PayoutClaim['state'], string>> = {
  ...PAYOUT_MEANS,
  planned: t('The coordinator has taken your claim and sends it with the next batch.'),
  signed: t('The transfer is signed and about to be sent.'),
}

export const SOURCE_WORD: Readonly<Record<AddressSource, string>> = {
  settings: t('from the settings this machine was started with'),
  pasted: t('typed in; nobody has shown that they hold its key'),
  wallet: t('linked: its key signed for this machine'),
}

/** Where the address that waits to take over came from. */
export const PENDING_SOURCE: Readonly<Record<AddressSource, string>> = {
  settings: t('It comes from the settings this machine was started with.'),
  pasted: t('It was typed in; nobody has shown that they hold its key.'),
  wallet: t('It was linked: its key signed for this machine.'),
}
