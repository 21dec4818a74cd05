import type { LedgerBalance } from '../../../shared/contract/ledger.ts'
import { formatSol, formatUsdExact, formatUsdc } from '../../../shared/domain/money.ts'
import { formatCredits } from '../../lib/credits.ts'

const KIND: Readonly<Record<string, string>> = {
  deposit: 'Paid in',
  reserve: 'Set aside for a job',
  'reserve-array': 'Set aside for an array',
  'reserve-vault': 'Set aside in a vault',
  accrue: 'Work proven',
  close: 'Job ended',
  'payout-planned': 'Put into a payout',
  'payout-closed': 'Payout ended',
  treasury: 'Hot wallet',
  'treasury-loss': 'Loss of the hot wallet',
  'chain-fee': 'Network fee',
  'chain-rent': 'Rent of an account',
  'rent-returned': 'Rent given back',
  credit: 'Credits issued',
  'credit-verified': 'Credits verified',
  redeem: 'Credits redeemed',
  'redeem-community': 'Credits of the community fund spent',
  refund: 'Paid back',
  chargeback: 'Deposit taken back',
  'debt-paid': 'Debt paid',
  dispute: 'Held by a dispute',
  'dispute-decided': 'Dispute decided',
  repeat: 'Repeated at the platform’s cost',
  verification: 'Money for checks',
  'vault-funded': 'Vault paid in',
  'vault-release': 'Vault released',
  'vault-closed': 'Vault closed',
  'vault-written-off': 'Vault written off',
}

/** What was booked; a kind that this console does not know reads as the books have it. */
export const kindText = (kind: string): string => (Object.hasOwn(KIND, kind) ? (KIND[kind] ?? kind) : kind)

type Amount = Pick<LedgerBalance, 'asset' | 'amount'>

function sizeOf(asset: LedgerBalance['asset'], size: string): string {
  if (asset === 'micro-usd') return formatUsdExact(size)
  if (asset === 'lamports') return formatSol(size)
  return asset === 'micro-usdc' ? formatUsdc(size) : `${formatCredits(size)} of credits`
}

/** An amount of the books with its unit, to the last one; none is ever added to one of another unit. */
export const amountText = ({ asset, amount }: Amount): string => `${amount.startsWith('-') ? '−' : ''}${sizeOf(asset, amount.replace('-', ''))}`

/** The same as a change, with its sign. */
export const changeText = (change: Amount): string => `${change.amount.startsWith('-') || change.amount === '0' ? '' : '+'}${amountText(change)}`

const ASSETS: readonly string[] = ['micro-usd', 'lamports', 'micro-usdc', 'micro-eur-credits'] satisfies LedgerBalance['asset'][]
/** The same of an asset that is only text. */
export const anyAmountText = ({ asset, amount }: { readonly asset: string; readonly amount: string }): string =>
  ASSETS.includes(asset) ? amountText({ asset: asset as LedgerBalance['asset'], amount }) : `${amount} ${asset}`

/** The subject whose entries are asked for, as the books take it; `null` for what is none. */
export const subjectIn = (text: string | null): string | null => (text !== null && /^(?:job|payout|receipt|transaction):[^\s]{1,180}$/.test(text) ? text : null)

/** The last part of an account's name, as its owner reads it. */
export const accountPart = (account: string): string => account.split(':').slice(2).join(':') || account

/** The UTC month of a moment, `2026-11`. */
export const monthAt = (now: number): string => new Date(now).toISOString().slice(0, 7)
