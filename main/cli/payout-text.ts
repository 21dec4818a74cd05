import type { AgentPayout } from '../../shared/contract/agent.ts'
import type { PayoutAsset, PayoutClaim, PayoutQuote, PayoutTerms } from '../../shared/contract/payout.ts'
import type { PayoutBatchView, PayoutRebuild, PayoutStatus } from '../../shared/contract/payout-admin.ts'
import type { WalletView } from '../../shared/contract/wallet.ts'
import { sol, usd, usdc } from './format.ts'
import { table } from './output.ts'

const MINUTE = 16

/** An amount in the smallest unit of its asset: `0.004250000 SOL`, `0.850000 USDC`. */
const coins = (amount: string, asset: PayoutAsset): string => (asset === 'sol' ? sol(amount) : usdc(amount))

/** What arrives of a payout, in its asset. */
export const arriving = ({ asset = 'sol', lamports, microUsdc = '0' }: Pick<AgentPayout, 'asset' | 'lamports' | 'microUsdc'>): string =>
  coins(asset === 'usdc' ? microUsdc : lamports, asset)

const minute = (iso: string): string => iso.slice(0, MINUTE).replace('T', ' ')

const fromText = (least: string): string => (least === '0' ? 'as soon as it is worth its fee' : `from ${usd(least)} on`)

export const termsLines = (terms: PayoutTerms): string[] => [
  `paid in     ${terms.asset.toUpperCase()}${terms.assets.length > 1 ? `  (can be ${terms.assets.join(' or ')})` : ''}`,
  `paid to     ${terms.address ?? 'nowhere yet: set an address'}`,
  `by itself   ${terms.automatic ? fromText(terms.minimumMicroUsd ?? terms.leastMicroUsd) : 'no, only when you claim it'}`,
  `confirmed   ${usd(terms.confirmedMicroUsd)}`,
  `on its way  ${usd(terms.payingMicroUsd)}`,
  ...(terms.paused === null ? [] : [`! payouts are paused: ${terms.paused} The money stays yours.`]),
]

/** Which of two addresses is paid while one waits to take over from the other. */
export const changeLines = ({ address, pending }: Pick<WalletView, 'address' | 'pending'>): string[] =>
  pending === null
    ? []
    : [
        `! ${pending.address} takes over on ${minute(pending.effectiveAt)} UTC. Until then nothing is paid by itself; a claim goes to the present address${address === null ? '' : `, ${address}`}.`,
        '  If you did not ask for that: windfall wallet cancel',
      ]

export const quoteLines = (quote: PayoutQuote): string[] => [
  `takes       ${usd(quote.microUsd)} of your earnings`,
  `fee         ${usd(quote.feeMicroUsd)} at most (${sol(quote.feeLamports)})`,
  ...(quote.rentMicroUsd === '0' ? [] : [`account     ${usd(quote.rentMicroUsd)} to open a USDC account for this address (${sol(quote.rentLamports)})`]),
  `arrives     ${coins(quote.amount, quote.asset)} at least, at ${quote.address}`,
  `rate        ${quote.rate}`,
  `cluster     ${quote.cluster}`,
  `good until  ${minute(quote.expiresAt)} UTC`,
]

const STATES = {
  planned: 'accepted',
  signed: 'signed',
  sent: 'sent',
  confirmed: 'arriving',
  finalized: 'paid',
  failed: 'failed: the money is yours again',
} as const

export const claimLines = (claim: PayoutClaim): string[] => [
  `claim       ${claim.claimId}`,
  `state       ${STATES[claim.state]}`,
  `amount      ${coins(claim.amount ?? claim.quote.amount, claim.quote.asset)}`,
  `fee         ${claim.feeMicroUsd === null ? `${usd(claim.quote.feeMicroUsd)} at most` : usd(claim.feeMicroUsd)}`,
  `to          ${claim.quote.address}`,
  ...(claim.signature === null ? [] : [`signature   ${claim.signature}`]),
]

export const statusLines = (status: PayoutStatus): string[] => [
  status.paused ? `■ PAUSED by ${status.paused.by}: ${status.paused.reason}` : '● payouts run',
  ...(status.trouble === null ? [] : [`✗ ${status.trouble}`]),
  `hot wallet  ${status.hotWallet}  (${status.cluster})`,
  ...status.purses.map(
    ({ asset, balance, booked, inFlight }) =>
      `  ${asset.toUpperCase().padEnd(5)} ${balance === null ? 'unknown' : coins(balance, asset)} on chain, ${coins(booked, asset)} in the books, ${coins(inFlight, asset)} on its way`,
  ),
  `${status.refill.needed || status.purses.some(({ balance }) => balance === null) ? '✗' : '✓'} ${status.refill.message}`,
  `waiting     claims: ${status.waiting.claims}, transactions not final: ${status.waiting.open}, of these for operators to approve: ${status.waiting.approvals}`,
  ...(status.waiting.approvals === 0
    ? []
    : ['✗ Look at what waits for operators: windfall payout batches --waiting. Let it go: windfall payout approve BATCH']),
  `this hour   ${usd(status.caps.hour.usedMicroUsd)} of ${usd(status.caps.hour.maxMicroUsd)}`,
  `this day    ${usd(status.caps.day.usedMicroUsd)} of ${usd(status.caps.day.maxMicroUsd)}, to one address at most ${usd(status.caps.recipientDayMicroUsd)}`,
  `approval    ${status.caps.approvalAboveMicroUsd === null ? 'not asked for' : `two operators above ${usd(status.caps.approvalAboveMicroUsd)}`}`,
]

const approval = ({ approvalsNeeded, approvedBy }: PayoutBatchView): string =>
  approvalsNeeded === 0 ? '–' : `${approvedBy.length}/${approvalsNeeded}${approvedBy.length > 0 ? ` ${approvedBy.join(', ')}` : ''}`

export const batchTable = (batches: readonly PayoutBatchView[]): string[] => [
  ...table([
    ['batch', 'state', 'recipients', 'amount', 'worth', 'approved', 'when (UTC)', 'signature'],
    ...batches.map((batch) => [
      batch.batchId,
      batch.kind === 'anchor' ? `${batch.state} anchor` : batch.state,
      String(batch.recipients),
      coins(batch.amount, batch.asset),
      usd(batch.microUsd),
      approval(batch),
      minute(batch.createdAt),
      batch.signature ?? '–',
    ]),
  ]),
]

export function rebuildLines({ applied, transactions, known, found }: PayoutRebuild): string[] {
  const head = `${transactions} transactions of the hot wallet, ${known} of them in the books.`
  if (found.length === 0) return [`✓ ${head} The chain knows nothing more.`]
  const open = found.filter(({ verdict }) => verdict === 'unexplained')
  return [
    head,
    ...found.flatMap(({ signature, verdict, explanation, lamports, microUsdc, rate }) => [
      `${verdict === 'unexplained' ? '✗' : applied ? '✓' : '+'} ${signature}`,
      `    ${lamports} lamports, ${microUsdc} micro-USDC. ${explanation}`,
      ...(rate === null ? [] : [`    rate: ${rate}`]),
    ]),
    ...(applied ? ['Booked.'] : ['Nothing was changed. To book what is explained: windfall payout rebuild --apply']),
    ...(open.length > 0 ? [`${open.length} cannot be explained. To book one as lost: windfall payout rebuild --apply --write-off SIGNATURE`] : []),
  ]
}
