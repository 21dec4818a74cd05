import { afterEach, beforeEach, expect, test } from 'vitest'
import { checkLedger } from '../../main/coordinator/ledger/check.ts'
import { listPayouts } from '../../main/coordinator/payouts/listing.store.ts'
import { createPayouts } from '../../main/coordinator/payouts/payouts.ts'
import { holdingsOf } from '../../main/coordinator/payouts/purse.ts'
import { transact } from '../../main/coordinator/persistence/database.ts'
import { laneAddress } from '../../main/chain/lanes.ts'
import { ticks } from './in-process.ts'
import { GENEROUS, type World, createWorld, newAddress } from './payout-world.ts'

const faults = { dropping: false }
let world: World
beforeEach(async () => {
  faults.dropping = false
  world = await createWorld({ chaos: { drop: () => faults.dropping } })
})
afterEach(() => world.close())

const settings = { ...GENEROUS, lanes: 1 }
const passes = async (payouts: ReturnType<typeof createPayouts>, count: number, slots: number) => {
  for (let pass = 0; pass < count; pass++) {
    await payouts.step()
    ticks(world.node, slots)
  }
}
const attempts = () => world.db.selectFrom('payout_attempt').selectAll().orderBy('signed_at').orderBy('n').execute()

/** The books hold what the chain holds. */
const expectBooksToAgree = async () => {
  expect(await checkLedger(world.db)).toMatchObject({ balanced: true, findings: [] })
  const [sol] = await holdingsOf(world.deps())
  expect(sol?.onChain).toBe(await transact(world.db, (tx) => world.deps().books.treasury(tx)))
}

test('a lane is opened once, for the hot wallet alone, and its rent is in the books', async () => {
  const payouts = createPayouts(world.deps({ settings }))
  await passes(payouts, 6, 4)
  await passes(createPayouts(world.deps({ settings })), 4, 4)
  const lane = await world.chain.accountData(laneAddress(world.wallet.address, 0), 'finalized')
  expect(lane).toMatchObject({ lamports: 1_056_640n })
  expect((await attempts()).map(({ state }) => state)).toEqual(['finalized'])
  await expectBooksToAgree()
})

test('what expires twice goes on a lane, waits there for as long as it takes, offers more, and lands once', async () => {
  const address = newAddress()
  const payouts = createPayouts(world.deps({ settings }))
  await passes(payouts, 6, 4)
  faults.dropping = true
  await world.earn('node-a', address, 1_000_000n)
  // Two block hashes expire; on the nonce a thousand slots change nothing.
  await passes(payouts, 45, 40)
  const before = await attempts()
  const onLane = before.filter(({ lane }) => lane !== null)
  expect(before.filter(({ lane, state }) => lane === null && state === 'expired')).toHaveLength(2)
  expect(onLane.length).toBeGreaterThan(2)
  expect(onLane.map(({ state }) => state)).toEqual([...onLane.slice(1).map(() => 'raised'), 'sent'])
  expect(new Set(onLane.map(({ nonce }) => nonce)).size).toBe(1)
  const fees = onLane.map(({ fee_lamports: fee }) => fee)
  expect(fees[0]).toBe(5_000n)
  expect(fees.every((fee, index) => index === 0 || fee > (fees[index - 1] ?? fee))).toBe(true)
  // Now an earlier one arrives, and so does every other.
  faults.dropping = false
  for (const { raw } of onLane.slice(0, 2)) await world.chain.send(new Uint8Array(Buffer.from(raw, 'base64')))
  await passes(createPayouts(world.deps({ settings })), 12, 4)
  expect(await world.balance(address)).toBe(4_250_000n)
  const after = (await attempts()).filter(({ lane }) => lane !== null)
  expect(after.filter(({ state }) => state === 'finalized')).toHaveLength(1)
  expect(after.every(({ state }) => state === 'finalized' || state === 'expired')).toBe(true)
  expect((await listPayouts(world.db, { after: null, limit: 9 })).items).toMatchObject([
    { state: 'finalized', signature: after.find(({ state }) => state === 'finalized')?.signature },
  ])
  await expectBooksToAgree()
})

test('that a nonce has moved is believed of a final answer only', async () => {
  const asked: string[] = []
  const chain = {
    ...world.chain,
    accountData: (address: string, commitment: 'processed' | 'confirmed' | 'finalized') => {
      asked.push(commitment)
      return world.chain.accountData(address, commitment)
    },
  }
  const payouts = createPayouts(world.deps({ settings, chain }))
  await passes(payouts, 6, 4)
  faults.dropping = true
  await world.earn('node-a', newAddress(), 1_000_000n)
  await passes(payouts, 25, 40)
  expect(asked.length).toBeGreaterThan(3)
  expect(new Set(asked)).toEqual(new Set(['finalized']))
})
