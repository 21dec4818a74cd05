import { WindfallError } from '../../../shared/errors.ts'
import { sha256Hex } from '../../kernel/signing.ts'
import type { Db, Tx } from '../persistence/database.ts'
import { type Asset, mayBeNegative } from './accounts.ts'
import type { LedgerTransaction, Transfer } from './entries.ts'

/** What identifies a transaction's content: SHA-256, hex, of its id, kind and transfers. */
export const contentOf = ({ id, kind, transfers }: LedgerTransaction): string =>
  sha256Hex(JSON.stringify([id, kind, transfers.map(({ from, to, asset, amount }) => [from, to, asset, amount.toString()])]))

interface NetChange {
  readonly account: string
  readonly asset: Asset
  readonly change: bigint
}

/** Net change per account and asset, as text keys `account asset`. */
function netChanges(transfers: readonly Transfer[]): NetChange[] {
  const changes = new Map<string, NetChange>()
  const add = (account: string, asset: Asset, amount: bigint) => {
    const key = `${account} ${asset}`
    changes.set(key, { account, asset, change: (changes.get(key)?.change ?? 0n) + amount })
  }
  for (const { from, to, asset, amount } of transfers) {
    add(from, asset, -amount)
    add(to, asset, amount)
  }
  return [...changes.values()]
}

const shortage = (account: string, asset: Asset, left: bigint): WindfallError =>
  new WindfallError(
    'funds.insufficient',
    `The account ${account} would be ${-left} ${asset === 'lamports' ? 'lamports' : 'micro-USD'} short. Add funds, or lower the amount.`,
  )

async function applyChange(db: Db | Tx, { account, asset, change }: NetChange): Promise<void> {
  const overdraft = mayBeNegative(account) ? 1 : 0
  const known = await db.selectFrom('ledger_balance').select('amount').where('account', '=', account).where('asset', '=', asset).executeTakeFirst()
  const after = (known?.amount ?? 0n) + change
  if (after < 0n && overdraft === 0) throw shortage(account, asset, after)
  // The database refuses what this check would let through: `amount >= 0 OR overdraft = 1`.
  if (!known) await db.insertInto('ledger_balance').values({ account, asset, amount: change, overdraft }).execute()
  else
    await db
      .updateTable('ledger_balance')
      .set((row) => ({ amount: row('amount', '+', change) }))
      .where('account', '=', account)
      .where('asset', '=', asset)
      .execute()
}

async function book(db: Db | Tx, transaction: LedgerTransaction): Promise<'booked' | 'duplicate'> {
  const { id, kind, at, transfers } = transaction
  const sha256 = contentOf(transaction)
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('ledger_transaction')
    .values({ id, kind, at, sha256 })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .executeTakeFirstOrThrow()
  if (numInsertedOrUpdatedRows === 0n) {
    const known = await db.selectFrom('ledger_transaction').select('sha256').where('id', '=', id).executeTakeFirstOrThrow()
    if (known.sha256 === sha256) return 'duplicate'
    throw new WindfallError(
      'ledger.unbalanced',
      `The ledger transaction ${id} is already booked with other amounts. Nothing was changed; the books need a person to look at them.`,
    )
  }
  for (const [n, { from, to, asset, amount }] of transfers.entries())
    await db.insertInto('ledger_transfer').values({ transaction_id: id, n, from_account: from, to_account: to, asset, amount }).execute()
  for (const change of netChanges(transfers)) await applyChange(db, change)
  return 'booked'
}

function wholeLedger(db: Db | Tx) {
  return {
    async balances(): Promise<{ account: string; asset: string; amount: bigint }[]> {
      return db.selectFrom('ledger_balance').select(['account', 'asset', 'amount']).orderBy('account').execute()
    },
    async transfers(): Promise<(Transfer & { kind: string; transactionId: string })[]> {
      const rows = await db
        .selectFrom('ledger_transfer')
        .innerJoin('ledger_transaction', 'ledger_transaction.id', 'ledger_transfer.transaction_id')
        .select(['transaction_id', 'kind', 'from_account', 'to_account', 'asset', 'amount'])
        .orderBy('transaction_id')
        .orderBy('n')
        .execute()
      return rows.map((row) => ({
        transactionId: row.transaction_id,
        kind: row.kind,
        from: row.from_account,
        to: row.to_account,
        asset: row.asset as Asset,
        amount: row.amount,
      }))
    },
    async contents(): Promise<Map<string, { kind: string; sha256: string }>> {
      const rows = await db.selectFrom('ledger_transaction').select(['id', 'kind', 'sha256']).execute()
      return new Map(rows.map(({ id, kind, sha256 }) => [id, { kind, sha256 }]))
    },
  }
}

/** All SQL on the ledger's tables. Nothing but `book` writes them, and nothing updates or deletes a booked row. */
export function createLedgerStore(db: Db | Tx) {
  return {
    /**
     * Books a transaction once, inside the caller's database transaction. Errors: `funds.insufficient` if an account
     * would fall below zero, `ledger.unbalanced` if the id was booked before with other content.
     */
    book: (transaction: LedgerTransaction) => book(db, transaction),
    async balanceOf(account: string, asset: Asset): Promise<bigint> {
      const row = await db.selectFrom('ledger_balance').select('amount').where('account', '=', account).where('asset', '=', asset).executeTakeFirst()
      return row?.amount ?? 0n
    },
    /** Accounts that hold something and whose name begins with `prefix` and ends with `suffix`. */
    async balancesLike(prefix: string, suffix: string, asset: Asset): Promise<{ account: string; amount: bigint }[]> {
      return db
        .selectFrom('ledger_balance')
        .select(['account', 'amount'])
        .where('account', 'like', `${prefix}%${suffix}`)
        .where('asset', '=', asset)
        .where('amount', '>', 0n)
        .execute()
    },
    ...wholeLedger(db),
  }
}
