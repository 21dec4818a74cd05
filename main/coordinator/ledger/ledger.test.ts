import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import * as fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { splitPrice } from '../../../shared/domain/pay.ts'
import { lamports, microUsd } from '../../../shared/units.ts'
import { openTestDatabase } from '../persistence/database.fake.ts'
import { type Db, openDatabase, transact } from '../persistence/database.ts'
import {
  type LedgerTransaction,
  payoutFailed,
  payoutFinalized,
  payoutPlanned,
  releaseJob,
  requesterDeposit,
  reserveForJob,
  settleJob,
  treasuryDeposit,
} from './entries.ts'
import { book, checkLedger, confirmedBalances, earningsOf, prepaidOf } from './ledger.ts'

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
    ],
    entries: 18,
    confirmedMicroUsd: '850',
    paidMicroUsd: '850',
    paidLamports: '4250',
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

test('a row changed behind the ledger’s back is found', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'windfall-ledger-'))
  const file = join(directory, 'books.db')
  await db.destroy()
  db = await openDatabase(file)
  await commit(deposit(100n))
  await db.destroy()
  const raw = new Database(file)
  raw.exec('UPDATE ledger_transfer SET amount = 1000')
  raw.close()
  db = await openDatabase(file)
  const { balanced, findings } = await checkLedger(db)
  expect(balanced).toBe(false)
  expect(findings).toContainEqual(expect.stringContaining('deposit:d1 was changed'))
  expect(findings).toContainEqual(expect.stringContaining('requester:r:prepaid'))
  rmSync(directory, { recursive: true, force: true })
})

type Action = {
  kind: 'deposit' | 'reserve' | 'settle' | 'release' | 'plan' | 'pay' | 'fail' | 'treasury'
  requester: number
  job: number
  amount: bigint
  share: number
}
const action = fc.record<Action>({
  kind: fc.constantFrom('deposit', 'reserve', 'settle', 'release', 'plan', 'pay', 'fail', 'treasury'),
  requester: fc.nat(2),
  job: fc.nat(5),
  amount: fc.bigInt(1n, 1_000_000n),
  share: fc.nat(100),
})

/** The transaction an action stands for; reservations are remembered so that jobs are closed with what they reserved. */
function transactionOf({ kind, requester, job, amount, share }: Action, step: number, reserved: Map<string, bigint>): LedgerTransaction {
  const [jobId, requesterId, at] = [`j${job}`, `r${requester}`, step]
  const held = microUsd(reserved.get(jobId) ?? 0n)
  const payout = { payoutId: `p${job}`, nodeId: 'n', microUsd: microUsd(amount), lamports: lamports(amount * 3n), at }
  switch (kind) {
    case 'deposit':
      return requesterDeposit({ id: `d${step}`, requesterId, amount: microUsd(amount), at })
    case 'reserve':
      return reserveForJob({ jobId, requesterId: `r${job % 3}`, amount: microUsd(amount), at })
    case 'settle':
      return settleJob({ jobId, requesterId: `r${job % 3}`, reserved: held, parts: [{ nodeId: 'n', price: microUsd((held * BigInt(share)) / 100n) }], at })
    case 'release':
      return releaseJob({ jobId, requesterId: `r${job % 3}`, reserved: held, at })
    case 'plan':
      return payoutPlanned(payout)
    case 'pay':
      return payoutFinalized(payout)
    case 'fail':
      return payoutFailed(payout)
    case 'treasury':
      return treasuryDeposit({ signature: `s${step}`, lamports: lamports(amount), at })
  }
}

test('whatever happens in whatever order, the books balance and nobody owes', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(action, { minLength: 1, maxLength: 40 }), async (actions) => {
      await db.destroy()
      db = await openTestDatabase()
      const reserved = new Map<string, bigint>()
      for (const [step, one] of actions.entries()) {
        const transaction = transactionOf(one, step, reserved)
        const result = await commit(transaction).catch((error: { code: string }) => error.code)
        if (result === 'booked' && one.kind === 'reserve') reserved.set(`j${one.job}`, one.amount)
        expect(['booked', 'duplicate', 'funds.insufficient', 'ledger.unbalanced']).toContain(result)
      }
      const check = await checkLedger(db)
      expect(check.findings).toEqual([])
      expect(check.balanced).toBe(true)
    }),
    { numRuns: 40 },
  )
})

test('of a settled job every micro-USD is with the node, the platform or the requester', async () => {
  await fc.assert(
    fc.asyncProperty(fc.bigInt(1n, 10n ** 15n), fc.nat(100), async (amount, percent) => {
      await db.destroy()
      db = await openTestDatabase()
      const price = microUsd((amount * BigInt(percent)) / 100n)
      await commit(deposit(amount))
      await commit(reserveForJob({ jobId: 'j', requesterId: 'r', amount: microUsd(amount), at: 2 }))
      await commit(settleJob({ jobId: 'j', requesterId: 'r', reserved: microUsd(amount), parts: [{ nodeId: 'n', price }], at: 3 }))
      const { node } = splitPrice(price)
      expect((await earningsOf(db, 'n')).confirmed).toBe(node)
      expect(await prepaidOf(db, 'r')).toBe(amount - price)
      expect((await checkLedger(db)).balanced).toBe(true)
    }),
    { numRuns: 15 },
  )
})
