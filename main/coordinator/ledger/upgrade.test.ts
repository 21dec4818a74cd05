import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Kysely, sql } from 'kysely'
import { expect, onTestFinished, test } from 'vitest'
import { openDatabase } from '../persistence/database.ts'
import { hasPostgres, postgresPlace } from '../persistence/databases.fixture.ts'
import type { Engine } from '../persistence/engine.ts'
import { migratorOf } from '../persistence/migrate.ts'
import { openPostgresEngine } from '../persistence/postgres.ts'
import { openSqliteEngine } from '../persistence/sqlite.ts'
import { checkLedger } from './check.ts'
import { contentOf, createLedgerStore } from './ledger.store.ts'
import type { Transfer } from './transaction.ts'

interface Kind {
  readonly place: () => Promise<string>
  readonly open: (place: string) => Engine
}

const sqlite: Kind = { place: async () => join(mkdtempSync(join(tmpdir(), 'windfall-books-')), 'test.sqlite'), open: openSqliteEngine }
const postgres: Kind = { place: () => postgresPlace({ template: false }), open: (url) => openPostgresEngine(url, { connections: 1 }) }

const paid = (node: string, amount: bigint, lamports: bigint): Transfer[] => [
  { from: `node:${node}:paying`, to: 'exchange:usd', asset: 'micro-usd', amount },
  { from: 'platform:treasury', to: 'external:chain', asset: 'lamports', amount: lamports },
]
const BOOKED: readonly (readonly [id: string, transfers: readonly Transfer[]])[] = [
  ['deposit:d', [{ from: 'external:funding', to: 'node:a:paying', asset: 'micro-usd', amount: 500n }]],
  ['deposit:e', [{ from: 'external:funding', to: 'node:b:paying', asset: 'micro-usd', amount: 300n }]],
  ['treasury:s', [{ from: 'external:chain', to: 'platform:treasury', asset: 'lamports', amount: 9_000n }]],
  ['payout-closed:1', paid('a', 200n, 1_000n)],
  ['payout-closed:2', paid('a', 300n, 1_500n)],
  ['payout-closed:3', paid('b', 300n, 1_500n)],
]
const BALANCES = [
  ['external:funding', 'micro-usd', -800n, 1],
  ['exchange:usd', 'micro-usd', 800n, 0],
  ['platform:treasury', 'lamports', 5_000n, 0],
  ['external:chain', 'lamports', -5_000n, 1],
  ['node:a:paying', 'micro-usd', 0n, 0],
  ['node:b:paying', 'micro-usd', 0n, 0],
] as const

/** Books as they were kept before each node had an account of what it was paid. */
async function fillOld({ open }: Kind, place: string): Promise<void> {
  const db = new Kysely<unknown>({ dialect: open(place).dialect })
  try {
    expect((await migratorOf(db).migrateTo('0031-unplanned')).error).toBeUndefined()
    for (const [at, [id, transfers]] of BOOKED.entries()) {
      const kind = id.slice(0, id.indexOf(':'))
      const sha256 = contentOf({ id, kind, transfers })
      await sql`INSERT INTO ledger_transaction (id, kind, at, sha256) VALUES (${id}, ${kind}, ${at}, ${sha256})`.execute(db)
      for (const [n, { from, to, asset, amount }] of transfers.entries())
        await sql`INSERT INTO ledger_transfer VALUES (${id}, ${n}, ${from}, ${to}, ${asset}, ${amount})`.execute(db)
    }
    for (const [account, asset, amount, overdraft] of BALANCES)
      await sql`INSERT INTO ledger_balance (account, asset, amount, overdraft) VALUES (${account}, ${asset}, ${amount}, ${overdraft})`.execute(db)
  } finally {
    await db.destroy()
  }
}

test.each<readonly [string, Kind]>([['SQLite', sqlite], ...(hasPostgres ? [['PostgreSQL', postgres] as const] : [])])(
  'books of before balance on %s, and every node has what it was paid',
  async (_, kind) => {
    const place = await kind.place()
    await fillOld(kind, place)
    const db = await openDatabase(place)
    onTestFinished(() => db.destroy())
    expect(await checkLedger(db)).toMatchObject({ balanced: true, findings: [], paidMicroUsd: '800' })
    const balances = await createLedgerStore(db).balancesOf(['node:a:paid', 'node:b:paid', 'exchange:usd'], 'micro-usd')
    expect(Object.fromEntries(balances)).toEqual({ 'node:a:paid': 500n, 'node:b:paid': 300n, 'exchange:usd': 0n })
  },
)
