/** What a code of a problem says by itself, for who does not read the English sentence that came with it. */
import type { FailureCode } from '../../shared/errors.ts'
import { t } from '../../shared/i18n/translate.ts'

const WORDS: Readonly<Partial<Record<FailureCode, string>>> = {
  'input.invalid': t('Something in what was entered does not fit.'),
  'input.too-large': t('It is too large.'),
  'auth.required': t('This window is not signed in to the agent. Open it anew with “windfall agent url”.'),
  'auth.refused': t('That is not allowed here.'),
  'not-found': t('There is no such thing.'),
  conflict: t('Something else has changed it meanwhile. Look again and try once more.'),
  'rate.limited': t('Too many requests at once. Try again in a moment.'),
  'grid.unavailable': t('The grid data cannot be had right now.'),
  'runtime.unavailable': t('What runs jobs on this computer does not answer.'),
  'chain.unavailable': t('Solana cannot be reached right now.'),
  'chain.refused': t('Solana has refused the transfer.'),
  'payout.refused': t('The payout was refused.'),
  unavailable: t('The agent or the coordinator cannot be reached right now. Try again in a moment.'),
  'instance.missing': t('The agent on this computer does not answer.'),
}

/** A sentence for a code; where there is none of its own, that the reason follows in English. */
export const problemWords = (code: FailureCode): string => WORDS[code] ?? t('The reason, in English:')
