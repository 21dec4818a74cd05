/** Money that goes back, is taken back, or waits to be decided about, as ledger transactions. Pure. */
import { WindfallError } from '../../../shared/errors.ts'
import { type Asset, EXTERNAL_FUNDING, PLATFORM_REVENUE, disputed, isRepeating, requesterDebt, requesterPrepaid } from './accounts.ts'
import { type LedgerTransaction, type Transfer, transaction, usd } from './transaction.ts'

interface Order {
  readonly requesterId: string
  readonly amount: bigint
  readonly reason: string
  readonly at: number
}

/** Prepaid money is paid back, outside the books. Booked once per `refundId`. */
export const refund = ({ requesterId, refundId, amount, reason, at }: Order & { readonly refundId: string }): LedgerTransaction =>
  transaction(`refund:${requesterId}:${refundId}`, at, [usd(requesterPrepaid(requesterId), EXTERNAL_FUNDING, amount)], reason)

/**
 * A deposit was taken back, once: out of what the requester has left, `prepaid`, and for what is spent of it the requester owes. What jobs hold stays
 * theirs, since machines work for it.
 */
export function chargeback({ requesterId, depositId, amount, prepaid, reason, at }: Order & { readonly depositId: string; readonly prepaid: bigint }) {
  const left = prepaid < amount ? prepaid : amount
  const transfers = [usd(requesterPrepaid(requesterId), EXTERNAL_FUNDING, left), usd(requesterDebt(requesterId), EXTERNAL_FUNDING, amount - left)]
  return transaction(`chargeback:${requesterId}:${depositId}`, at, transfers, reason)
}

/** What somebody owes is taken out of what they have. `id` names what brought the money. */
export const debtPaid = ({
  id,
  requesterId,
  amount,
  at,
}: {
  readonly id: string
  readonly requesterId: string
  readonly amount: bigint
  readonly at: number
}) => transaction(`debt-paid:${id}`, at, [usd(requesterPrepaid(requesterId), requesterDebt(requesterId), amount)])

/** What a job came to for its requester, by who got it. What the platform had repeated, and paid, is none of that. */
const earnings = (closed: LedgerTransaction): readonly { readonly account: string; readonly amount: bigint }[] => {
  const paid = closed.transfers.filter(({ from, asset }) => asset === 'micro-usd' && !isRepeating(from))
  const got = paid.filter(({ to }) => to === PLATFORM_REVENUE || to.endsWith(':confirmed'))
  return [...Map.groupBy(got, ({ to }) => to)].map(([account, all]) => ({ account, amount: all.reduce((sum, one) => sum + one.amount, 0n) }))
}

export const priceOf = (closed: LedgerTransaction): bigint => earnings(closed).reduce((sum, { amount }) => sum + amount, 0n)

/** `amount` in the proportions of `parts`: whole units, which add up to it exactly. What rounding leaves goes to the first that it was taken from. */
export function proportionally(amount: bigint, parts: readonly bigint[]): bigint[] {
  const whole = parts.reduce((sum, part) => sum + part, 0n)
  if (whole === 0n) return parts.map(() => 0n)
  let left = parts.reduce((rest, part) => rest - (amount * part) / whole, amount)
  return parts.map((part) => {
    const more = left > 0n && (amount * part) % whole > 0n ? 1n : 0n
    left -= more
    return (amount * part) / whole + more
  })
}

interface Dispute {
  readonly jobId: string
  readonly reason: string
  readonly at: number
}

/**
 * Holds `amount` of what a job came to, from everybody who got a share of it, in proportion. Error: `input.invalid` for more than it came to.
 */
export function disputeOpened({ jobId, closed, amount, reason, at }: Dispute & { readonly closed: LedgerTransaction; readonly amount: bigint }) {
  const got = earnings(closed)
  const price = priceOf(closed)
  if (amount > price || amount === 0n)
    throw new WindfallError('input.invalid', `The job ${jobId} came to ${price} micro-USD: hold at least one and at most all of it.`)
  const shares = proportionally(
    amount,
    got.map((one) => one.amount),
  )
  const transfers = got.map(({ account }, index) => usd(account, disputed(jobId), shares[index] ?? 0n))
  return transaction(`dispute:${jobId}`, at, transfers, reason)
}

const back = ({ from, to, asset, amount }: Transfer): Transfer => ({ from: to, to: from, asset, amount })
const held = (opened: LedgerTransaction): bigint => opened.transfers.reduce((sum, { amount }) => sum + amount, 0n)

/** Gives what is held back to those it was held from, or to an account of the requester. A dispute is decided once. */
export function disputeDecided({ jobId, opened, refundTo, reason, at }: Dispute & { readonly opened: LedgerTransaction; readonly refundTo: string | null }) {
  const transfers = refundTo === null ? opened.transfers.map(back) : [usd(disputed(jobId), refundTo, held(opened))]
  return transaction(`dispute-decided:${jobId}`, at, transfers, reason)
}

/** Of one asset and account, what a transaction brought or took. */
export const changeOf = ({ transfers }: LedgerTransaction, account: string, asset: Asset): bigint =>
  transfers.reduce((sum, one) => sum + (one.asset !== asset ? 0n : one.to === account ? one.amount : one.from === account ? -one.amount : 0n), 0n)
