import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { lamports, microUsd } from '../../../shared/units.ts'
import { openTestDatabase } from '../persistence/database.fake.ts'
import { type Db, openDatabase, transact } from '../persistence/database.ts'
import { payoutFailed, payoutFinalized, payoutPlanned, releaseJob, requesterDeposit, reserveForJob, settleJob, treasuryDeposit } from './entries.ts'
import type { LedgerTransaction } from './transaction.ts'
import { checkLedger } from './check.ts'
import { statementOf } from './statement.ts'
import { book, confirmedBalances, earningsOf, prepaidOf } from './ledger.ts'

let db: Db
beforeEach(async () => {
  db = await openTestDatabase()
})
afterEach(() => db.destroy())

const commit = (transaction: LedgerTransaction) => transact(db, (tx) => book(tx, transaction))
const deposit = (amount: bigint, id = 'd1') => requesterDeposit({ id, requesterId: 'r', amount: microUsd(amount), at: 1 })

test('booking twice books once; the same id with other amounts is refused', async () => {
  expect(await commit(deposit(100n))).toBe('booked')
  expect(await commit(deposit(100n))).toBe('duplicate')
  expect(await prepaidOf(db, 'r')).toBe(100n)
  await expect(commit(deposit(200n))).rejects.toMatchObject({ code: 'ledger.unbalanced' })
  expect(await prepaidOf(db, 'r')).toBe(100n)
})

test('a job cannot be reserved without funds, and nothing of the attempt stays', async () => {
  await commit(deposit(100n))
  await expect(commit(reserveForJob({ jobId: 'j', requesterId: 'r', amount: microUsd(101n), at: 2 }))).rejects.toMatchObject({ code: 'funds.insufficient' })
  expect(await prepaidOf(db, 'r')).toBe(100n)
  expect((await checkLedger(db)).entries).toBe(2)
})

test('a job is closed once: settled or released, never both', async () => {
  await commit(deposit(100n))
  await commit(reserveForJob({ jobId: 'j', requesterId: 'r', amount: microUsd(100n), at: 2 }))
  await commit(settleJob({ jobId: 'j', requesterId: 'r', reserved: microUsd(100n), parts: [{ nodeId: 'n', price: microUsd(60n) }], at: 3 }))
  await expect(commit(releaseJob({ jobId: 'j', requesterId: 'r', reserved: microUsd(100n), at: 4 }))).rejects.toMatchObject({ code: 'ledger.unbalanced' })
  expect(await earningsOf(db, 'n')).toEqual({ confirmed: 51n, paying: 0n })
  expect(await prepaidOf(db, 'r')).toBe(40n)
})

test('the check shows what was earned, paid, and for how many lamports', async () => {
  await commit(deposit(1_000n))
  await commit(treasuryDeposit({ signature: 's', lamports: lamports(9_000n), at: 1 }))
  await commit(reserveForJob({ jobId: 'j', requesterId: 'r', amount: microUsd(1_000n), at: 2 }))
  await commit(settleJob({ jobId: 'j', requesterId: 'r', reserved: microUsd(1_000n), parts: [{ nodeId: 'n', price: microUsd(1_000n) }], at: 3 }))
  expect(await confirmedBalances(db)).toEqual([{ nodeId: 'n', confirmedMicroUsd: 850n }])
  const payout = { payoutId: 'p', nodeId: 'n', microUsd: microUsd(850n), lamports: lamports(4_250n), at: 4 }
  await commit(payoutPlanned(payout))
  await commit(payoutFinalized(payout))
  await expect(commit(payoutFailed(payout))).rejects.toMatchObject({ code: 'ledger.unbalanced' })
  expect(await checkLedger(db)).toEqual({
    balanced: true,
    sums: [
      { asset: 'micro-usd', sum: '0' },
      { asset: 'lamports', sum: '0' },
      { asset: 'micro-usdc', sum: '0' },
      { asset: 'micro-eur-credits', sum: '0' },
    ],
    entries: 18,
    confirmedMicroUsd: '850',
    paidMicroUsd: '850',
    paidLamports: '4250',
    periods: 0,
    chain: null,
    findings: [],
  })
})

test('the database itself refuses an amount of zero, a transfer to oneself and a negative balance', async () => {
  await commit(deposit(100n))
  const row = { transaction_id: 'deposit:d1', n: 7, from_account: 'a', to_account: 'b', asset: 'lamports', amount: 1n }
  await expect(
    db
      .insertInto('ledger_transfer')
      .values({ ...row, amount: 0n })
      .execute(),
  ).rejects.toThrow(/check/i)
  await expect(
    db
      .insertInto('ledger_transfer')
      .values({ ...row, to_account: 'a' })
      .execute(),
  ).rejects.toThrow(/check/i)
  await expect(db.updateTable('ledger_balance').set({ amount: -1n }).where('account', '=', 'requester:r:prepaid').execute()).rejects.toThrow(/check/i)
})

test('what is booked is not changed, removed or added to, whoever asks the database to', async () => {
  await commit(deposit(100n))
  const row = { transaction_id: 'deposit:d1', from_account: 'external:funding', to_account: 'requester:r:prepaid', asset: 'micro-usd', amount: 1n }
  const refused: readonly (readonly [words: RegExp, change: { readonly execute: () => Promise<unknown> }])[] = [
    [/never changes/, db.updateTable('ledger_transfer').set({ amount: 1_000n })],
    [/never changes/, db.deleteFrom('ledger_transfer')],
    [/never changes/, db.updateTable('ledger_transaction').set({ at: 0 })],
    [/never changes/, db.deleteFrom('ledger_transaction')],
    [/never changes/, db.deleteFrom('ledger_balance')],
    [/as many transfers/, db.insertInto('ledger_transfer').values({ ...row, n: 1 })],
    [/may not owe/, db.updateTable('ledger_balance').set({ overdraft: 1, amount: -1n }).where('account', '=', 'requester:r:prepaid')],
  ]
  for (const [words, change] of refused) await expect(change.execute()).rejects.toThrow(words)
  expect(await checkLedger(db)).toMatchObject({ balanced: true, entries: 2 })
})

test('a row changed behind the ledger’s back is found', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'windfall-ledger-'))
  const file = join(directory, 'books.db')
  await db.destroy()
  db = await openDatabase(file)
  await commit(deposit(100n))
  await db.destroy()
  const raw = new Database(file)
  raw.exec('DROP TRIGGER ledger_transfer_kept; UPDATE ledger_transfer SET amount = 1000')
  raw.close()
  db = await openDatabase(file)
  const { balanced, findings } = await checkLedger(db)
  expect(balanced).toBe(false)
  expect(findings).toContainEqual(expect.stringContaining('deposit:d1 was changed'))
  expect(findings).toContainEqual(expect.stringContaining('requester:r:prepaid'))
  rmSync(directory, { recursive: true, force: true })
})

const month = (n: number) => Date.UTC(2026, n)
const paid = (id: string, amount: bigint, at: number) => requesterDeposit({ id, requesterId: 'r', amount: microUsd(amount), at })

test('a statement adds up whatever the amounts, and leaves out what is not of its month', async () => {
  const most = 2n ** 63n - 1n
  await commit(paid('before', 5n, month(2) - 1))
  await commit(paid('all', most - 5n, month(2)))
  await commit(reserveForJob({ jobId: 'j', requesterId: 'r', amount: microUsd(most), at: month(2) + 1 }))
  await commit(releaseJob({ jobId: 'j', requesterId: 'r', reserved: microUsd(most), at: month(3) - 1 }))
  await commit(reserveForJob({ jobId: 'k', requesterId: 'r', amount: microUsd(most), at: month(3) }))
  await expect(commit(paid('more', 1n, month(3)))).rejects.toMatchObject({ code: 'ledger.unbalanced', message: expect.stringContaining('2^63') })
  const pages = []
  for (let after: string | null = null; ; ) {
    const page: Awaited<ReturnType<typeof statementOf>> = await statementOf(db, { owner: 'requester:r', month: '2026-03', after, limit: 2 })
    pages.push(page)
    if (page.next === null) break
    after = page.next
  }
  const prepaid = { account: 'requester:r:prepaid', asset: 'micro-usd' }
  expect(pages.map(({ opening, closing }) => [opening, closing])).toEqual(
    Array.from({ length: 2 }, () => [[{ ...prepaid, amount: '5' }], [{ ...prepaid, amount: String(most) }]]),
  )
  expect(pages.flatMap(({ items }) => items.map(({ transactionId, changes }) => [transactionId, changes[0]?.amount]))).toEqual([
    ['deposit:all', String(most - 5n)],
    ['reserve:j', String(-most)],
    ['close:j', String(most)],
  ])
})
