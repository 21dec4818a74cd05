import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { microUsd } from '../../../shared/units.ts'
import { openTestDatabase } from '../persistence/database.fake.ts'
import { type Tx, transact } from '../persistence/database.ts'
import { EXTERNAL_CHAIN, EXTERNAL_FUNDING } from './accounts.ts'
import { checkLedger } from './check.ts'
import { decideDispute, openDispute } from './disputes.ts'
import { settleJob } from './entries.ts'
import { createLedgerStore } from './ledger.store.ts'
import { closeRelease, reserveFromVault, vaultBalance, vaultFunded, vaultHoldUp, vaultReleased } from './vaults.ts'

const requesterId = 'ada'
const at = 1
const share = fc.double({ min: 0, max: 1, noNaN: true })
const part = (amount: bigint, of: number): bigint => BigInt(Math.floor(Number(amount) * of))

interface History {
  readonly jobId: string
  readonly funded: bigint
  readonly price: bigint
  readonly disputed: null | 'node' | 'requester'
}

/** Everything that happens to a vault until it can be released. Returns what of it was spent. */
async function live(tx: Tx, { jobId, funded, price, disputed }: History, reserved: bigint): Promise<bigint> {
  const store = createLedgerStore(tx)
  await store.book(vaultFunded({ requesterId, jobId, microUsdc: funded, at }))
  await store.book(reserveFromVault({ requesterId, jobId, amount: microUsd(reserved), at }))
  expect(await vaultHoldUp(tx, jobId)).toContain('goes on')
  const parts = price === 0n ? [] : [{ nodeId: 'node-1', price: microUsd(price) }]
  await store.book(settleJob({ requesterId, jobId, reserved: microUsd(reserved), from: 'vault', parts, at }))
  if (disputed === null || price === 0n) return price
  await openDispute(tx, { jobId, amount: null, reason: 'a test', at })
  expect(await vaultHoldUp(tx, jobId)).toContain('dispute')
  await decideDispute(tx, { jobId, inFavourOf: disputed, reason: 'a test', at })
  return disputed === 'requester' ? 0n : price
}

test('whatever a protected job comes to, what is spent and what is left are all that its vault holds, and a release takes all of it or nothing', async () => {
  const db = await openTestDatabase()
  let [jobs, spentOfAll] = [0, 0n]
  const history = fc.record({
    funded: fc.bigInt({ min: 1n, max: 10n ** 12n }),
    reserve: share,
    price: share,
    disputed: fc.constantFrom(null, 'node', 'requester'),
  })
  await fc.assert(
    fc.asyncProperty(history, async ({ funded, reserve, price: worth, disputed }) => {
      const jobId = `job-${++jobs}`
      const reserved = part(funded, reserve)
      await transact(db, async (tx) => {
        const spent = await live(tx, { jobId, funded, price: part(reserved, worth), disputed }, reserved)
        expect(await vaultHoldUp(tx, jobId)).toBeNull()
        const held = await vaultBalance(tx, { requesterId, jobId })
        expect(held).toEqual({ microUsdc: funded, free: funded - spent })
        for (const outcome of ['kept', 'emptied'] as const) {
          const signature = `${outcome}-${jobId}`
          await createLedgerStore(tx).book(vaultReleased({ requesterId, jobId, ...held, signature, at }))
          expect(await vaultBalance(tx, { requesterId, jobId })).toEqual({ microUsdc: 0n, free: 0n })
          await closeRelease(tx, { signature, outcome, at })
          expect(await vaultBalance(tx, { requesterId, jobId })).toEqual(outcome === 'kept' ? held : { microUsdc: 0n, free: 0n })
        }
        spentOfAll += spent
        const store = createLedgerStore(tx)
        expect([await store.balanceOf(EXTERNAL_CHAIN, 'micro-usdc'), await store.balanceOf(EXTERNAL_FUNDING, 'micro-usd')]).toEqual([0n, -spentOfAll])
      })
    }),
    { numRuns: 12 },
  )
  expect(await checkLedger(db)).toMatchObject({ balanced: true, findings: [] })
})

test('a dispute that is decided for the requester once the vault is empty becomes prepaid money', async () => {
  const db = await openTestDatabase()
  await transact(db, async (tx) => {
    const [jobId, signature] = ['job-1', 'released']
    const spent = await live(tx, { jobId, funded: 500n, price: 200n, disputed: null }, 300n)
    const held = await vaultBalance(tx, { requesterId, jobId })
    await createLedgerStore(tx).book(vaultReleased({ requesterId, jobId, ...held, signature, at }))
    await openDispute(tx, { jobId, amount: null, reason: 'a test', at })
    await decideDispute(tx, { jobId, inFavourOf: 'requester', reason: 'a test', at })
    await closeRelease(tx, { signature, outcome: 'emptied', at })
    expect(await createLedgerStore(tx).balanceOf('requester:ada:prepaid', 'micro-usd')).toBe(spent)
  })
  expect(await checkLedger(db)).toMatchObject({ balanced: true, findings: [] })
})
