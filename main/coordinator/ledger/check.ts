import type { LedgerCheck } from '../../../shared/contract/ledger.ts'
import { type Db, transact } from '../persistence/database.ts'
import { ASSETS, PAYOUT_CHARGES, mayBeNegative } from './accounts.ts'
import { contentOf, createLedgerStore } from './ledger.store.ts'
import { createPeriodCheck } from './period-check.ts'
import { createPeriodsStore } from './periods.store.ts'
import { type AccountBalance, type Booked, createReadingStore } from './reading.store.ts'
import { changesOf } from './transaction.ts'

const AT_ONCE = 1_000
/** Whoever looks after books that are wrong begins with the first. */
const MOST_FINDINGS = 100

const total = (amounts: Iterable<bigint>): bigint => [...amounts].reduce((sum, amount) => sum + amount, 0n)

/** Adds up what is booked, one transaction after another. */
function createSums() {
  const sums = new Map<string, bigint>()
  const findings: string[] = []
  const counted = { transfers: 0, earned: 0n, paidLamports: 0n }
  return {
    sums,
    findings,
    counted,
    add(booked: Booked): void {
      const { id, kind, transfers, stated, sha256 } = booked
      for (const { account, asset, change } of changesOf(transfers)) sums.set(`${account} ${asset}`, (sums.get(`${account} ${asset}`) ?? 0n) + change)
      if (contentOf(booked) !== sha256 || transfers.length !== stated) findings.push(`The ledger transaction ${id} was changed after it was booked.`)
      counted.transfers += transfers.length
      for (const { to, asset, amount } of transfers) {
        if (kind === 'close' && to.startsWith('node:')) counted.earned += amount
        if (kind === 'payout-closed' && asset === 'lamports' && to.startsWith('external:')) counted.paidLamports += amount
      }
    },
  }
}

function balanceFindings(balances: readonly AccountBalance[], sums: ReadonlyMap<string, bigint>): string[] {
  const stored = new Map(balances.map(({ account, asset, amount }) => [`${account} ${asset}`, amount]))
  const wrong = [...new Set([...sums.keys(), ...stored.keys()])].filter((key) => (sums.get(key) ?? 0n) !== (stored.get(key) ?? 0n))
  const negative = balances.filter(({ account, amount }) => amount < 0n && !mayBeNegative(account))
  const idle = balances.filter(({ account, amount }) => account.startsWith('exchange:') && amount !== 0n)
  return [
    ...wrong.map((key) => `The balance of ${key} is stored as ${stored.get(key) ?? 0n}, but its transfers add up to ${sums.get(key) ?? 0n}.`),
    ...negative.map(({ account, asset, amount }) => `${account} is at ${amount} ${asset} and may not be below zero.`),
    ...idle.map(({ account, asset, amount }) => `${account} holds ${amount} ${asset} and should be empty.`),
  ]
}

const paidOut = /^node:.*:paid$/

/** Goes through all that was booked up to then, a page at a time. */
async function readAll(db: Db, newest: number, look: (booked: Booked) => void): Promise<void> {
  for (let after = 0; after < newest; ) {
    const page = await createReadingStore(db).every(after, AT_ONCE)
    for (const booked of page) if (booked.seq <= newest) look(booked)
    after = page.at(-1)?.seq ?? newest
  }
}

/**
 * Proves that the books balance, from the rows themselves: Σ of all balances per asset is 0, every balance is what its transfers add up to, nobody owes
 * who may not, and nothing was changed since it was booked or since its period was closed. Balances are read at one moment; what led to them never
 * changes and is read at leisure. `confirmedMicroUsd` is everything nodes ever earned, `paidMicroUsd` what of it has been paid out for good, and
 * `paidLamports` the lamports they got. Asks no cluster.
 */
export async function checkLedger(db: Db): Promise<LedgerCheck> {
  const { balances, newest, periods } = await transact(db, async (tx) => ({
    balances: await createLedgerStore(tx).balances(),
    newest: await createLedgerStore(tx).newest(),
    periods: await createPeriodsStore(tx).all(),
  }))
  const [books, closed] = [createSums(), createPeriodCheck(periods)]
  await readAll(db, newest, (booked) => {
    books.add(booked)
    closed.add(booked)
  })
  const { sound, findings: ofPeriods } = await closed.result()
  const held = (is: (balance: AccountBalance) => boolean) => total(balances.filter(is).map(({ amount }) => amount))
  const sums = ASSETS.map((asset) => ({ asset, sum: held((one) => one.asset === asset).toString() }))
  const paid = held(({ account, asset }) => asset === 'micro-usd' && (account === PAYOUT_CHARGES || paidOut.test(account)))
  const findings = [...balanceFindings(balances, books.sums), ...books.findings, ...ofPeriods]
  return {
    balanced: findings.length === 0 && sums.every(({ sum }) => sum === '0'),
    sums,
    entries: books.counted.transfers * 2,
    confirmedMicroUsd: books.counted.earned.toString(),
    paidMicroUsd: paid.toString(),
    paidLamports: books.counted.paidLamports.toString(),
    periods: sound,
    chain: null,
    findings: findings.slice(0, MOST_FINDINGS),
  }
}
