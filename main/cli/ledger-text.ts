import type {
  CommunityFundView,
  DisputeView,
  LedgerBalance,
  LedgerCheck,
  LedgerStatement,
  LedgerTransactionView,
  NodeBalances,
  PeriodView,
  RequesterMoney,
  StatementLine,
} from '../../shared/contract/ledger.ts'
import type { BalanceSheet, SheetVerdict } from '../../shared/domain/balance-sheet.ts'
import { fromIso } from '../../shared/units.ts'
import { dateWord, ownTimeZone } from './clock-time.ts'
import { sol, usd, usdc } from './format.ts'
import { table } from './output.ts'

/** `1234567` millionths → `1.234567`. */
const millionths = (amount: string): string => usd(amount).replace('$', '')

/** An amount with its unit, none of which is ever added to another. */
function money(amount: string, asset: string): string {
  const sign = amount.startsWith('-') ? '-' : ''
  const size = amount.replace('-', '')
  if (asset === 'micro-usd') return `${sign}${usd(size)}`
  if (asset === 'lamports') return `${sign}${sol(size)}`
  if (asset === 'micro-usdc') return `${sign}${usdc(size)}`
  return `${sign}€${millionths(size)} of credits`
}

const when = (at: string): string => dateWord(fromIso(at), ownTimeZone())

export const describeBooks = (books: LedgerCheck): string[] => [
  `${books.balanced ? '✓ the books balance' : '✗ THE BOOKS DO NOT BALANCE'} over ${books.entries} entries`,
  ...books.sums.map(({ asset, sum }) => `  Σ ${asset.padEnd(18)} ${sum}`),
  `  confirmed to nodes so far   ${usd(books.confirmedMicroUsd)}`,
  `  of which paid               ${usd(books.paidMicroUsd)} (${sol(books.paidLamports)})`,
  `  closed periods              ${books.periods}, as they were signed`,
  ...(books.chain === null
    ? ['  the cluster does not answer: nothing was compared with it']
    : books.chain.map(
        ({ asset, onChain, inBooks, underWay }) =>
          `  hot wallet                  ${money(onChain, asset)} on chain, ${money(inBooks, asset)} in the books${underWay === '0' ? '' : `, of which ${money(underWay, asset)} on their way`}`,
      )),
  ...books.findings.map((finding) => `  ✗ ${finding}`),
]

const accountOf = (account: string): string => account.split(':').slice(2).join(':') || account

const changesText = (changes: readonly LedgerBalance[]): string =>
  changes.map(({ account, asset, amount }) => `${accountOf(account)} ${amount.startsWith('-') ? '' : '+'}${money(amount, asset)}`).join(', ')

const lineRow = ({ at, transactionId, changes }: StatementLine): string[] => [when(at), transactionId, changesText(changes)]

export const describeStatement = ({ owner, month, opening, closing, items, next }: LedgerStatement): string[] => [
  `${owner}, ${month} (UTC)`,
  ...(opening.length === 0 ? ['  no money has moved'] : []),
  ...table([
    ['  account', 'at the beginning', 'at the end'],
    ...closing.map(({ account, asset, amount }, index) => [`  ${accountOf(account)}`, money(opening[index]?.amount ?? '0', asset), money(amount, asset)]),
  ]).slice(closing.length === 0 ? 1 : 0),
  ...(items.length === 0 ? [] : ['', ...table([['when', 'transaction', 'what it changed'], ...items.map(lineRow)])]),
  ...(next === null ? [] : [`more: --after ${next}`]),
  ...(items.length === 0 ? [] : ['What made a line: windfall ledger show transaction:<transaction>']),
]

export const describeTransaction = ({ transactionId, at, note, transfers }: LedgerTransactionView): string[] => [
  `${transactionId}  ${when(at)}${note === null ? '' : `  ${note}`}`,
  ...table(transfers.map(({ from, to, asset, amount }) => [`  ${money(amount, asset)}`, from, `→ ${to}`])),
]

export const describeDispute = ({ jobId, openedAt, heldMicroUsd, reason, held, decided }: DisputeView): string[] => [
  `dispute about job ${jobId}, since ${when(openedAt)}`,
  ...(reason === null ? [] : [`  because  ${reason}`]),
  ...(decided === null
    ? [`  held     ${usd(heldMicroUsd)}`, ...held.map(({ from, amount }) => `    ${usd(amount)} of ${from}`)]
    : [`  decided  ${when(decided.at)} in favour of the ${decided.inFavourOf}${decided.reason === null ? '' : `: ${decided.reason}`}`]),
]

export const describePeriod = ({ until, closedAt, transactions, sheetSha256 }: PeriodView): string[] => [
  `closed up to  ${until}`,
  `closed at     ${closedAt}`,
  `transactions  ${transactions}`,
  `sheet         sha256 ${sheetSha256}`,
]

const describeSheet = ({ from, until, transactions, balances }: BalanceSheet): string[] => [
  `  ${from ?? 'from the beginning'} to ${until}, ${transactions} transactions`,
  ...table(balances.map(({ account, asset, amount }) => [`    ${account}`, money(amount, asset)])),
]

export const describeVerdict = ({ until, sheet, problems }: SheetVerdict): string[] => [
  `${problems.length === 0 ? '✓' : '✗'} ${until === null ? 'a balance sheet' : `the balance sheet up to ${until}`}${problems.length === 0 ? '' : `: ${problems.join('; ')}`}`,
  ...(sheet === null ? [] : describeSheet(sheet)),
]

export const describeMoney = ({ requesterId, balanceMicroUsd, owedMicroUsd }: RequesterMoney): string[] => [
  `requester ${requesterId}`,
  `balance   ${usd(balanceMicroUsd)}`,
  ...(owedMicroUsd === '0' ? [] : [`owes      ${usd(owedMicroUsd)}: no job is taken until it is paid in`]),
]

const creditLines = ({ credits, creditRate }: Pick<NodeBalances, 'credits' | 'creditRate'>): string[] => [
  `credits    ${money(credits.verified, 'micro-eur-credits')} verified, ${money(credits.pending, 'micro-eur-credits')} pending, ${money(credits.redeemed, 'micro-eur-credits')} redeemed`,
  creditRate === null
    ? 'rate       none yet: the operator has set none, and credits do not expire'
    : `rate       €1 = ${usd(creditRate.microUsdPerEur)}, ${creditRate.source}`,
]

export const describeCommunity = (fund: CommunityFundView): string[] => [...creditLines(fund), `spent      ${usd(fund.spentMicroUsd)} on its purposes`]

export const describeBalances = (node: NodeBalances): string[] => [
  `accrued    ${usd(node.accruedMicroUsd)}  of runs that are proven, of jobs that go on`,
  `confirmed  ${usd(node.confirmedMicroUsd)}  to be paid out`,
  `paying     ${usd(node.payingMicroUsd)}  on its way`,
  `paid       ${usd(node.paidMicroUsd)}`,
  ...creditLines(node),
]
