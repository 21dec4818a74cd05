import type { LedgerBalance, LedgerStatement, LedgerTransactionView, StatementLine } from '../../../shared/contract/ledger.ts'
import { toIso } from '../../../shared/units.ts'
import type { Db } from '../persistence/database.ts'
import { ownerOf } from './accounts.ts'
import { type LedgerTransaction, changesOf } from './transaction.ts'
import { type AccountBalance, type NetFlow, createReadingStore, ownedBy } from './reading.store.ts'

/** Who looks: `node:<id>` or `requester:<id>`, or an operator, who sees whose everything is. */
export type Viewer = { readonly owner: string } | 'operator'

const wire = ({ account, asset, amount }: AccountBalance): LedgerBalance => ({ account, asset, amount: amount.toString() })

/** The account of somebody else without their id. */
const masked = (account: string, viewer: Viewer): string =>
  viewer === 'operator' || ownerOf(account) === viewer.owner ? account : account.replace(/^(node|requester):[^:]*:/, '$1::')

/** A transaction as somebody may see it. */
export const viewOf = ({ id, kind, at, note = null, transfers }: LedgerTransaction, viewer: Viewer): LedgerTransactionView => ({
  transactionId: id,
  kind,
  at: toIso(at),
  note,
  transfers: transfers.map(({ from, to, asset, amount }) => ({ from: masked(from, viewer), to: masked(to, viewer), asset, amount: amount.toString() })),
})

const lineOf = (transaction: LedgerTransaction, owner: string): StatementLine => {
  const { id, kind, at, note = null, transfers } = transaction
  const changes = changesOf(transfers).filter(({ account, change }) => ownedBy(owner)(account) && change !== 0n)
  return { transactionId: id, kind, at: toIso(at), note, changes: changes.map(({ account, asset, change }) => wire({ account, asset, amount: change })) }
}

/** `2026-11` → the month's first moment and that of the next, UTC, epoch milliseconds. */
function monthOf(month: string): { readonly from: number; readonly until: number } {
  const [year = 0, number = 1] = month.split('-').map(Number)
  return { from: Date.UTC(year, number - 1), until: Date.UTC(year, number) }
}

/** Balances with what came later taken off again. */
function without(balances: readonly AccountBalance[], later: readonly NetFlow[], of: 'sinceFrom' | 'sinceUntil'): AccountBalance[] {
  const net = new Map(later.map((one) => [`${one.account} ${one.asset}`, one[of]]))
  return balances.map((one) => ({ ...one, amount: one.amount - (net.get(`${one.account} ${one.asset}`) ?? 0n) }))
}

interface StatementRequest {
  readonly owner: string
  readonly month: string
  readonly after: string | null
  readonly limit: number
}

/** A month of somebody's money: what was there, what changed it, what is there then. Nobody who books something waits for it. */
export async function statementOf(db: Db, { owner, month, after, limit }: StatementRequest): Promise<LedgerStatement> {
  const store = createReadingStore(db)
  const { balances, newest } = await store.standing(owner)
  const during = { ...monthOf(month), newest }
  const net = await store.net(owner, during)
  const [opening, closing] = [without(balances, net, 'sinceFrom'), without(balances, net, 'sinceUntil')]
  const found = await store.page(owner, { ...during, after: Number(after ?? 0), limit: limit + 1 })
  const shown = found.slice(0, limit)
  const moved = new Set(
    [...balances.keys()].filter((index) => opening[index]?.amount !== 0n || closing[index]?.amount !== 0n || balances[index]?.amount !== 0n),
  )
  const kept = (all: readonly AccountBalance[]): LedgerBalance[] => all.filter((_, index) => moved.has(index)).map(wire)
  return {
    owner,
    month,
    from: toIso(during.from),
    until: toIso(during.until),
    opening: kept(opening),
    closing: kept(closing),
    items: shown.map((transaction) => lineOf(transaction, owner)),
    next: found.length > limit ? String(shown.at(-1)?.seq ?? '') : null,
  }
}

/** Names of the transactions about a payout, or about the credits of a receipt. */
const NAMES = {
  payout: ['payout-planned', 'payout-closed'],
  receipt: ['credit', 'credit-verified'],
} as const

/** The entries behind an amount, as the viewer may see them: none of those in which it has no part. */
export async function entriesAbout(db: Db, about: string, viewer: Viewer): Promise<LedgerTransactionView[]> {
  const store = createReadingStore(db)
  const id = about.slice(about.indexOf(':') + 1)
  if (about.startsWith('job:')) return ofJob(await store.touching([`job:${id}`, `dispute:${id}`]), id, viewer)
  const names = about.startsWith('transaction:') ? [id] : NAMES[about.startsWith('payout:') ? 'payout' : 'receipt'].map((kind) => `${kind}:${id}`)
  return (await store.named(names)).filter((one) => concerns(one, viewer)).map((one) => viewOf(one, viewer))
}

const concerns = ({ transfers }: LedgerTransaction, viewer: Viewer): boolean =>
  viewer === 'operator' || transfers.some(({ from, to }) => ownerOf(from) === viewer.owner || ownerOf(to) === viewer.owner)

/** A requester sees all of its job; a node sees what it has a part in. Of an array's reservation only what is this job's. */
function ofJob(transactions: readonly LedgerTransaction[], jobId: string, viewer: Viewer): LedgerTransactionView[] {
  const isOwn = viewer !== 'operator' && viewer.owner.startsWith('requester:') && transactions.some((one) => concerns(one, viewer))
  const owners = [`job:${jobId}`, `dispute:${jobId}`]
  return transactions
    .filter((one) => isOwn || concerns(one, viewer))
    .map((one) => ({ ...one, transfers: one.transfers.filter(({ from, to }) => owners.includes(ownerOf(from)) || owners.includes(ownerOf(to))) }))
    .map((one) => viewOf(one, viewer))
}
