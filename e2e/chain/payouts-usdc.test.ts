import { afterEach, beforeEach, expect, test } from 'vitest'
import { lamports } from '../../shared/units.ts'
import { TOKEN_ACCOUNT_BYTES } from '../../main/chain/tokens.ts'
import { checkLedger } from '../../main/coordinator/ledger/check.ts'
import { listPayouts } from '../../main/coordinator/payouts/listing.store.ts'
import { createPayouts } from '../../main/coordinator/payouts/payouts.ts'
import { holdingsOf } from '../../main/coordinator/payouts/purse.ts'
import { createTermsStore } from '../../main/coordinator/payouts/terms.store.ts'
import { transact } from '../../main/coordinator/persistence/database.ts'
import { rpc } from './in-process.ts'
import { GENEROUS, type World, newAddress, settleIn } from './payout-world.ts'
import { type Usdc, createUsdcWorld } from './usdc.ts'

let world: World
let usdc: Usdc
beforeEach(async () => {
  ;({ world, usdc } = await createUsdcWorld())
})
afterEach(() => world.close())

const everything = { after: null, limit: 200 }
const deps = (changes = {}) => world.deps({ usdc: usdc.token, ...changes })
const settle = (payouts = createPayouts(deps())) => settleIn(world, payouts)
const wantsUsdc = (nodeId: string) => createTermsStore(world.db).save(nodeId, { asset: 'micro-usdc', automatic: true, minimum: null }, 0)

/** The hot wallet holds what the books say, of both assets. */
const expectBooksToAgree = async () => {
  expect(await checkLedger(world.db)).toMatchObject({ balanced: true, findings: [] })
  for (const { asset, onChain } of await holdingsOf(deps())) {
    const booked = await transact(world.db, (tx) => (asset === 'lamports' ? deps().books.treasury(tx) : deps().books.usdcTreasury(tx)))
    expect([asset, onChain]).toEqual([asset, booked])
  }
}

test('whoever chooses USDC is paid in it, to the micro-dollar; the account is opened for whoever has none, who bears its rent', async () => {
  const [has, hasNot, sol] = [newAddress(), newAddress(), newAddress()]
  await usdc.give(has, 1n)
  for (const [nodeId, address] of [
    ['node-has', has],
    ['node-has-not', hasNot],
    ['node-sol', sol],
  ] as const)
    await world.earn(nodeId, address, 1_000_000n)
  await wantsUsdc('node-has')
  await wantsUsdc('node-has-not')
  await settle()
  // 1,488,440 lamports at 200 dollars per SOL.
  const rent = 297_688n
  expect(world.node.bank.svm.minRent(TOKEN_ACCOUNT_BYTES)).toBe(1_488_440n)
  expect([usdc.balance(has), usdc.balance(hasNot), await world.balance(sol)]).toEqual([850_001n, 850_000n - rent, 4_250_000n])
  const { items } = await listPayouts(world.db, everything)
  expect(items.find(({ nodeId }) => nodeId === 'node-has-not')).toMatchObject({
    asset: 'usdc',
    state: 'finalized',
    microUsd: '850000',
    amount: String(850_000n - rent),
    rentMicroUsd: String(rent),
    lamports: '0',
    rate: expect.stringMatching(/^1 USDC = 1\.000000 USD/),
  })
  const facts = world.facts.flatMap(({ nodeId, fact }) => (nodeId === 'node-has' && fact.kind === 'payout' ? [fact] : []))
  expect(facts.at(-1)).toMatchObject({ state: 'finalized', asset: 'usdc', microUsdc: '850000', lamports: '0' })
  await expectBooksToAgree()
})

test('17 recipients, and 8 whose accounts are opened, fit into one transaction', async () => {
  for (let index = 0; index < 25; index++) {
    const address = newAddress()
    if (index < 17) await usdc.give(address, 1n)
    await world.earn(`node-${index}`, address, 1_000_000n)
    await wantsUsdc(`node-${index}`)
  }
  await settle()
  const { items } = await listPayouts(world.db, everything)
  expect(items.map(({ state }) => state)).toEqual(Array.from({ length: 25 }, () => 'finalized'))
  const sizes = await Promise.all(
    [...new Set(items.map(({ signature }) => signature))].map(async (signature) => {
      const options = { encoding: 'base64', maxSupportedTransactionVersion: 1, commitment: 'confirmed' }
      const { transaction } = await rpc<{ transaction: [string] }>(world.node, 'getTransaction', signature, options)
      return Buffer.from(transaction[0], 'base64').length
    }),
  )
  expect(sizes).toHaveLength(2)
  for (const size of sizes) expect(size).toBeGreaterThan(1_000)
  expect(Math.max(...sizes)).toBeLessThanOrEqual(1_232)
  await expectBooksToAgree()
})

test('a frozen account is refused with its reason; one that freezes between plan and signature takes nobody with it', async () => {
  const addresses = [newAddress(), newAddress(), newAddress()]
  for (const [index, address] of addresses.entries()) {
    await usdc.give(address, 1n)
    await world.earn(`node-${index}`, address, 1_000_000n)
    await wantsUsdc(`node-${index}`)
  }
  usdc.freeze(addresses[0] ?? '')
  const late = { ...world.chain, simulate: async (raw: Uint8Array) => (usdc.freeze(addresses[1] ?? ''), world.chain.simulate(raw)) }
  await settle(createPayouts(deps({ chain: late })))
  expect(world.refusals.map(({ address }) => address)).toEqual([addresses[0], addresses[1]])
  expect(addresses.map(usdc.balance)).toEqual([1n, 1n, 850_001n])
  expect(await checkLedger(world.db)).toMatchObject({ balanced: true, paidMicroUsd: '850000' })
})

test('who was charged for an account that was there after all has that back', async () => {
  const address = newAddress()
  await world.earn('node-a', address, 1_000_000n)
  await wantsUsdc('node-a')
  let isFirst = true
  const late = {
    ...world.chain,
    send: async (raw: Uint8Array) => {
      if (isFirst) await usdc.give(address, 1n)
      isFirst = false
      return world.chain.send(raw)
    },
  }
  await settle(createPayouts(deps({ chain: late, settings: { ...GENEROUS, threshold: lamports(2_000_000n) } })))
  expect((await deps().books.earningsOf(world.db, 'node-a')).confirmed).toBe(297_688n)
  await settle()
  expect(usdc.balance(address)).toBe(850_001n)
  await expectBooksToAgree()
})

test('without USDC in the hot wallet nobody is paid in it, and those who are paid in SOL do not wait', async () => {
  const [poor, sol] = [newAddress(), newAddress()]
  await world.earn('node-poor', poor, 100_000_000n)
  await world.earn('node-sol', sol, 1_000_000n)
  await wantsUsdc('node-poor')
  await settle()
  expect([usdc.balance(poor), await world.balance(sol)]).toEqual([0n, 4_250_000n])
  await usdc.give(world.wallet.address, 100_000_000n)
  await settle()
  expect(usdc.balance(poor)).toBe(85_000_000n - 297_688n)
  await expectBooksToAgree()
})
