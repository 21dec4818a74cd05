import type { DepositAsset, DepositView } from '../../shared/contract/funding.ts'
import { fromIso } from '../../shared/units.ts'
import { dateWord, ownTimeZone } from './clock-time.ts'
import { sol, usd, usdc } from './format.ts'
import { table } from './output.ts'
import { qrLines } from './wallet-text.ts'

const at = (iso: string): string => dateWord(fromIso(iso), ownTimeZone())
const unitsOf = (asset: DepositAsset, units: string): string => (asset === 'sol' ? sol(units) : usdc(units))

/** What to pay, and how. */
export const describeRequest = ({ url, asset, units, microUsd, rate, cluster, expiresAt }: DepositView, qr: boolean): string[] => [
  `Pay ${unitsOf(asset, units)} for ${usd(microUsd)}, on ${cluster}, by ${at(expiresAt)}. ${rate}.`,
  url,
  ...(qr ? qrLines(url) : []),
]

export const describeDeposit = ({ depositId, state, asset, units, microUsd, rate, payments }: DepositView): string[] => [
  `deposit   ${depositId}  ${state}`,
  `asked     ${unitsOf(asset, units)} for ${usd(microUsd)}. ${rate}`,
  ...payments.flatMap((paid) => [
    `paid      ${paid.signature}  ${paid.state}${paid.state === 'credited' ? `, ${usd(paid.creditedMicroUsd)}` : ''}, ${at(paid.at)}`,
    ...(paid.reason === null ? [] : [`because   ${paid.reason}`]),
  ]),
]

export const depositTable = (deposits: readonly DepositView[]): string[] =>
  table([
    ['deposit', 'state', 'amount', 'asked for', 'since', 'requester'],
    ...deposits.map((one) => [one.depositId, one.state, usd(one.microUsd), unitsOf(one.asset, one.units), at(one.createdAt), one.requesterId]),
  ])
