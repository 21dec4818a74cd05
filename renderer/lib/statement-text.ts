/** The coordinator's books in the words of an owner. */
import { LedgerMonth, type LedgerBalance } from '../../shared/contract/ledger.ts'
import { region, t } from '../../shared/i18n/translate.ts'
import { formatSol, formatUsdExact, formatUsdc } from '../../shared/domain/money.ts'
import { formatCredits } from './credits.ts'

const KIND: Readonly<Record<string, string>> = {
  accrue: t('Work proven'),
  close: t('Job ended'),
  'payout-planned': t('Put into a payout'),
  'payout-closed': t('Payout ended'),
  'rent-returned': t('Rent given back'),
  'paid-by-node': t('Carried over'),
  credit: t('Credits issued'),
  'credit-verified': t('Credits verified'),
  redeem: t('Credits redeemed'),
  dispute: t('Held by a dispute'),
  'dispute-decided': t('Dispute decided'),
}

/** What happened; a kind that this window does not know reads as the books have it. */
export const kindWord = (kind: string): string => KIND[kind] ?? kind

const ACCOUNT: Readonly<Record<string, string>> = {
  accrued: t('Accrued'),
  confirmed: t('Confirmed'),
  paying: t('Paying'),
  paid: t('Paid'),
  'credits-pending': t('Credits, pending'),
  'credits-verified': t('Credits, verified'),
  'credits-redeemed': t('Credits, redeemed'),
}
/** The same, as one side of a transfer. */
const YOURS: Readonly<Record<string, string>> = {
  accrued: t('your accrued pay'),
  confirmed: t('your confirmed pay'),
  paying: t('your pay on its way'),
  paid: t('your pay that was paid out'),
  'credits-pending': t('your pending credits'),
  'credits-verified': t('your verified credits'),
  'credits-redeemed': t('your redeemed credits'),
}
const ANOTHERS: Readonly<Record<string, string>> = {
  accrued: t('another machine’s accrued pay'),
  confirmed: t('another machine’s confirmed pay'),
  paying: t('another machine’s pay on its way'),
  paid: t('another machine’s pay that was paid out'),
  'credits-pending': t('another machine’s pending credits'),
  'credits-verified': t('another machine’s verified credits'),
  'credits-redeemed': t('another machine’s redeemed credits'),
}
const OTHERS: Readonly<Record<string, string>> = {
  'platform:revenue': t('the platform'),
  'platform:payout-charges': t('fees and rent that you bear'),
  'platform:treasury': t('the hot wallet'),
  'external:chain': 'Solana',
  'external:credits': t('new credits'),
}

/** An account of the owner's own, by its last part. */
export const accountWord = (account: string): string => {
  const name = account.split(':').slice(2).join(':')
  return ACCOUNT[name] ?? name
}

/** Any account of a transaction, as somebody sees it who owns `owner`'s. */
export function partyWord(account: string, owner: string): string {
  const [kind = '', , name = ''] = account.split(':')
  if (account.startsWith(`${owner}:`)) return YOURS[name] ?? account
  if (kind === 'job') return t('what was set aside for the job')
  if (kind === 'dispute') return t('what the dispute holds')
  if (kind === 'requester') return t('the requester')
  if (kind === 'node') return ANOTHERS[name] ?? account
  if (kind === 'community') return t('the community fund')
  return kind === 'exchange' ? t('the exchange') : (OTHERS[account] ?? account)
}

function sizeOf(asset: LedgerBalance['asset'], size: string): string {
  if (asset === 'micro-usd') return formatUsdExact(size)
  if (asset === 'lamports') return formatSol(size)
  return asset === 'micro-usdc' ? formatUsdc(size) : formatCredits(size)
}

/** An amount of the books with its unit, to the last one. */
export const amountWord = ({ asset, amount }: Pick<LedgerBalance, 'asset' | 'amount'>): string =>
  `${amount.startsWith('-') ? '− ' : ''}${sizeOf(asset, amount.replace('-', ''))}`

/** The same as a change, with its sign. */
export const changeWord = (change: Pick<LedgerBalance, 'asset' | 'amount'>): string =>
  change.amount.startsWith('-') ? amountWord(change) : `+ ${amountWord(change)}`

/** `2026-11` as `November 2026`. */
export const monthName = (month: string): string =>
  new Intl.DateTimeFormat(region(), { month: 'long', year: 'numeric', timeZone: 'UTC' }).format(new Date(`${month}-01T00:00:00Z`))

/** The UTC month of a moment. */
export const monthAt = (now: number): string => new Date(now).toISOString().slice(0, 7)

/** The month so many later or, below zero, earlier; `null` where statements do not reach. */
export function monthBeside(month: string, by: number): string | null {
  const [year = 0, number = 1] = month.split('-').map(Number)
  const beside = new Date(Date.UTC(year, number - 1 + by)).toISOString().slice(0, 7)
  return isMonth(beside) ? beside : null
}

export const isMonth = (text: string): boolean => LedgerMonth.safeParse(text).success
