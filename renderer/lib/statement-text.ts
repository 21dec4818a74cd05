/** The coordinator's books in the words of an owner. */
import { LedgerMonth, type LedgerBalance } from '../../shared/contract/ledger.ts'
import { formatSol, formatUsdExact, formatUsdc } from '../../shared/domain/money.ts'
import { formatCredits } from './credits.ts'

const KIND: Readonly<Record<string, string>> = {
  accrue: 'Work proven',
  close: 'Job ended',
  'payout-planned': 'Put into a payout',
  'payout-closed': 'Payout ended',
  'rent-returned': 'Rent given back',
  'paid-by-node': 'Carried over',
  credit: 'Credits issued',
  'credit-verified': 'Credits verified',
  redeem: 'Credits redeemed',
  dispute: 'Held by a dispute',
  'dispute-decided': 'Dispute decided',
}

/** What happened; a kind that this window does not know reads as the books have it. */
export const kindWord = (kind: string): string => KIND[kind] ?? kind

const ACCOUNT: Readonly<Record<string, string>> = {
  accrued: 'Accrued',
  confirmed: 'Confirmed',
  paying: 'Paying',
  paid: 'Paid',
  'credits-pending': 'Credits, pending',
  'credits-verified': 'Credits, verified',
  'credits-redeemed': 'Credits, redeemed',
}
/** The same after “your” and “another machine’s”. */
const HOLDING: Readonly<Record<string, string>> = {
  accrued: 'accrued pay',
  confirmed: 'confirmed pay',
  paying: 'pay on its way',
  paid: 'pay that was paid out',
  'credits-pending': 'pending credits',
  'credits-verified': 'verified credits',
  'credits-redeemed': 'redeemed credits',
}
const OTHERS: Readonly<Record<string, string>> = {
  'platform:revenue': 'the platform',
  'platform:payout-charges': 'fees and rent that you bear',
  'platform:treasury': 'the hot wallet',
  'external:chain': 'Solana',
  'external:credits': 'new credits',
}

/** An account of the owner's own, by its last part. */
export const accountWord = (account: string): string => {
  const name = account.split(':').slice(2).join(':')
  return ACCOUNT[name] ?? name
}

/** Any account of a transaction, as somebody sees it who owns `owner`'s. */
export function partyWord(account: string, owner: string): string {
  const [kind = '', , name = ''] = account.split(':')
  if (account.startsWith(`${owner}:`)) return `your ${HOLDING[name] ?? name}`
  if (kind === 'job') return 'what was set aside for the job'
  if (kind === 'dispute') return 'what the dispute holds'
  if (kind === 'requester') return 'the requester'
  if (kind === 'node') return `another machine’s ${HOLDING[name] ?? name}`
  if (kind === 'community') return 'the community fund'
  return kind === 'exchange' ? 'the exchange' : (OTHERS[account] ?? account)
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

const MONTH_NAME = new Intl.DateTimeFormat('en-GB', { month: 'long', year: 'numeric', timeZone: 'UTC' })

/** `2026-11` as `November 2026`. */
export const monthName = (month: string): string => MONTH_NAME.format(new Date(`${month}-01T00:00:00Z`))

/** The UTC month of a moment. */
export const monthAt = (now: number): string => new Date(now).toISOString().slice(0, 7)

/** The month so many later or, below zero, earlier; `null` where statements do not reach. */
export function monthBeside(month: string, by: number): string | null {
  const [year = 0, number = 1] = month.split('-').map(Number)
  const beside = new Date(Date.UTC(year, number - 1 + by)).toISOString().slice(0, 7)
  return isMonth(beside) ? beside : null
}

export const isMonth = (text: string): boolean => LedgerMonth.safeParse(text).success
