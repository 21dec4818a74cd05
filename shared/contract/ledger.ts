/** The books as those see them whose money is in them: balances, statements, the entries behind an amount; and what the operator orders. */
import { z } from 'zod'
import { call } from './define.ts'
import { Empty, http } from './http-binding.ts'
import { DecimalString, Envelope, Id, IsoTime, KeyId, UnsignedDecimal, pageOf } from './wire.ts'

const LedgerAsset = z.enum(['micro-usd', 'lamports', 'micro-usdc', 'micro-eur-credits'])

/** An account such as `node:<id>:confirmed`. The id of somebody else is left out for whoever is no operator: `requester::prepaid`. */
const AccountName = z.string().max(200)
const TransactionId = z.string().min(1).max(200)

const LedgerTransfer = z.strictObject({ from: AccountName, to: AccountName, asset: LedgerAsset, amount: UnsignedDecimal })

/** What happened, in one word: `deposit`, `reserve`, `accrue`, `close`, `payout-planned`, `payout-closed`, `credit`, `dispute`, `chargeback`… */
const TransactionKind = z.string().max(60)

export const LedgerTransactionView = z.strictObject({
  transactionId: TransactionId,
  kind: TransactionKind,
  at: IsoTime,
  /** What the amounts do not say, such as a rate with its source and time. */
  note: z.string().max(500).nullable(),
  /** Together they are the sum behind every amount of the transaction. */
  transfers: z.array(LedgerTransfer),
})
export type LedgerTransactionView = z.infer<typeof LedgerTransactionView>

export const LedgerBalance = z.strictObject({ account: AccountName, asset: LedgerAsset, amount: DecimalString })
export type LedgerBalance = z.infer<typeof LedgerBalance>

/** `2026-11`, UTC. */
export const LedgerMonth = z.string().regex(/^(?:19[7-9]|[2-9]\d\d)\d-(?:0[1-9]|1[0-2])$/, 'expected a month such as 2026-11')

/** One transaction, by what it changed for whoever the statement is of. */
export const StatementLine = z.strictObject({
  transactionId: TransactionId,
  kind: TransactionKind,
  at: IsoTime,
  note: z.string().max(500).nullable(),
  changes: z.array(LedgerBalance),
})
export type StatementLine = z.infer<typeof StatementLine>

export const LedgerStatement = z.strictObject({
  /** `node:<id>` or `requester:<id>`. */
  owner: z.string().max(80),
  month: LedgerMonth,
  from: IsoTime,
  until: IsoTime,
  /** Of each account, at both ends of the month; the month that goes on ends now. Without accounts that were empty all the time. */
  opening: z.array(LedgerBalance),
  closing: z.array(LedgerBalance),
  /** Oldest first; those of all pages together lead from one to the other. */
  items: z.array(StatementLine),
  next: z.string().nullable(),
})
export type LedgerStatement = z.infer<typeof LedgerStatement>

const Credits = z.strictObject({ pending: UnsignedDecimal, verified: UnsignedDecimal, redeemed: UnsignedDecimal })
const CreditRate = z.strictObject({ microUsdPerEur: UnsignedDecimal, source: z.string().max(120) }).nullable()

/** The share of all carbon credits that is nobody's own: micro-EUR, and the micro-USD that redeemed ones were spent for. */
export const CommunityFundView = z.strictObject({ credits: Credits, spentMicroUsd: UnsignedDecimal, creditRate: CreditRate })
export type CommunityFundView = z.infer<typeof CommunityFundView>

/** What belongs to a node. Only confirmed money is planned into payouts, and only paid money has left. None is ever counted in another. */
export const NodeBalances = z.strictObject({
  nodeId: KeyId,
  asOf: IsoTime,
  /** The share of runs that are proven, of jobs that go on: theirs once the job ends well. No prediction. */
  accruedMicroUsd: UnsignedDecimal,
  confirmedMicroUsd: UnsignedDecimal,
  payingMicroUsd: UnsignedDecimal,
  paidMicroUsd: UnsignedDecimal,
  /** Carbon credits, micro-EUR. */
  credits: Credits,
  /** What credits are redeemed at, and where that rate is from; `null` where the operator has set none. */
  creditRate: CreditRate,
})
export type NodeBalances = z.infer<typeof NodeBalances>

/** What entries are asked for: those of a job, of a payout, of the credits of a receipt, or one transaction. */
export const LedgerSubject = z.string().regex(/^(?:job|payout|receipt|transaction):[^\s]{1,180}$/, 'expected job:, payout:, receipt: or transaction: and an id')

export const LedgerEntries = z.strictObject({ transactions: z.array(LedgerTransactionView) })
export const LedgerPage = { after: z.string().max(128).nullable().default(null), limit: z.coerce.number().int().min(1).max(200).default(50) }
/** Why something is ordered, for people. */
export const OrderReason = z.string().min(1).max(200)

/** An amount that is held until it is decided whose it is. */
export const DisputeView = z.strictObject({
  jobId: Id,
  openedAt: IsoTime,
  heldMicroUsd: UnsignedDecimal,
  reason: z.string().max(500).nullable(),
  /** The transfers by which it is held: the other way round, they give it back. */
  held: z.array(LedgerTransfer),
  decided: z.strictObject({ at: IsoTime, inFavourOf: z.enum(['node', 'requester']), reason: z.string().max(500).nullable() }).nullable(),
})
export type DisputeView = z.infer<typeof DisputeView>

export const PeriodView = z.strictObject({ until: IsoTime, closedAt: IsoTime, transactions: z.number().int(), sheetSha256: z.string(), envelope: Envelope })
export type PeriodView = z.infer<typeof PeriodView>

/** Which month of one's own money. */
export const OwnStatementRequest = z.strictObject({ month: LedgerMonth, ...LedgerPage })

/** Repeating the same id redeems once. */
export const CreditRedemption = z.strictObject({ redemptionId: Id, microEur: UnsignedDecimal })

export const RequesterMoney = z.strictObject({ requesterId: Id, balanceMicroUsd: UnsignedDecimal, owedMicroUsd: UnsignedDecimal })
export type RequesterMoney = z.infer<typeof RequesterMoney>

export const LedgerCheck = z.strictObject({
  balanced: z.boolean(),
  sums: z.array(z.strictObject({ asset: z.string(), sum: DecimalString })),
  entries: z.number().int(),
  confirmedMicroUsd: DecimalString,
  paidMicroUsd: DecimalString,
  paidLamports: DecimalString,
  /** Closed periods that are as they were signed. */
  periods: z.number().int().default(0),
  /** What the cluster says of the hot wallet, finalized, beside what the books say; `null` where the cluster was not asked or gave no answer. */
  chain: z
    .array(z.strictObject({ asset: LedgerAsset, address: z.string().max(64), onChain: UnsignedDecimal, inBooks: DecimalString, underWay: DecimalString }))
    .nullable()
    .default(null),
  findings: z.array(z.string()),
})
export type LedgerCheck = z.infer<typeof LedgerCheck>

export const ledgerCalls = {
  checkLedger: call(
    Empty,
    LedgerCheck,
    http('GET', '/v1/ledger/check', 'ledger.read', 'Prove that the books balance, and hold what the hot wallet holds; only for the operator'),
  ),
  getStatement: call(
    z.strictObject({
      /** `node:<id>` or `requester:<id>`; `null`: of whoever asks. */
      owner: z
        .string()
        .regex(/^(?:node|requester):[A-Za-z0-9_-]{1,64}$/, 'expected node: or requester: and an id')
        .nullable()
        .default(null),
      month: LedgerMonth,
      ...LedgerPage,
    }),
    LedgerStatement,
    http('GET', '/v1/ledger/statement', 'account.read', 'A month of your money, oldest first; for operators that of anybody'),
  ),
  getEntries: call(
    z.strictObject({ about: LedgerSubject }),
    LedgerEntries,
    http('GET', '/v1/ledger/entries', 'account.read', 'The entries behind an amount of yours; for operators those of anybody'),
  ),
  listTransactions: call(
    z.strictObject({
      /** Those that move something into or out of an account of this name, or of one below it: `platform:revenue`, `node:<id>`, `job:<id>`. */
      account: z
        .string()
        .regex(/^[a-z][a-z-]{0,29}(?::[A-Za-z0-9_-]{1,80}){1,2}$/, 'expected an account such as platform:revenue or node:<id>')
        .optional(),
      /** One or more of those there are, separated by commas. */
      kind: z
        .string()
        .regex(/^[a-z][a-z-]{0,59}(?:,[a-z][a-z-]{0,59}){0,9}$/, 'expected one or more kinds such as close or payout-closed, separated by commas')
        .optional(),
      since: IsoTime.optional(),
      until: IsoTime.optional(),
      ...LedgerPage,
    }),
    pageOf(LedgerTransactionView),
    http('GET', '/v1/ledger/transactions', 'account.read', 'What was booked, newest first: what changed your money; for operators of all accounts'),
  ),
  getCommunityFund: call(
    Empty,
    CommunityFundView,
    http('GET', '/v1/ledger/community', 'account.read', 'Carbon credits of the community fund, and what was spent of them'),
  ),
  getOwnBalances: call(Empty, NodeBalances, http('GET', '/v1/node/balances', 'any-node', 'What this node has earned: accrued, confirmed, on its way, paid')),
  getOwnStatement: call(OwnStatementRequest, LedgerStatement, http('GET', '/v1/node/statement', 'any-node', 'A month of this node’s money, oldest first')),
  getOwnEntries: call(
    z.strictObject({ about: LedgerSubject }),
    LedgerEntries,
    http('GET', '/v1/node/entries', 'any-node', 'The entries behind an amount of this node’s'),
  ),
  redeemCredits: call(
    CreditRedemption,
    NodeBalances,
    http('POST', '/v1/node/credits/redeem', 'any-node', 'Turn verified carbon credits into confirmed money, once per redemption id'),
  ),
  listPeriods: call(z.strictObject(LedgerPage), pageOf(PeriodView), http('GET', '/v1/ledger/periods', 'account.read', 'Signed balance sheets, oldest first')),
}
