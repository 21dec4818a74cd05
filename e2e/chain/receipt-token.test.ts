import { afterEach, beforeEach, expect, test } from 'vitest'
import { type TokenDeps, burnToken, claimOf, mintToken, quoteToken } from '../../main/cli/receipt-token.ts'
import { receiptMint } from '../../main/chain/receipt-nft.ts'
import { predicateOf } from '../../shared/domain/receipt-summary.ts'
import { lamports } from '../../shared/units.ts'
import { testBundle } from '../../shared/domain/receipt-bundle.fake.ts'
import type { Chaos } from '../../main/localnet/chaos.ts'
import { ticks } from './in-process.ts'
import { type World, createWorld } from './payout-world.ts'

const chaos: { -readonly [K in keyof Chaos]: Chaos[K] } = {}
let world: World
let deps: TokenDeps
let claim: ReturnType<typeof claimOf>
beforeEach(async () => {
  for (const fault of Object.keys(chaos) as (keyof Chaos)[]) delete chaos[fault]
  world = await createWorld({ chaos })
  deps = { chain: world.chain, pause: async () => ticks(world.node, 5) }
  const bundle = await testBundle()
  claim = claimOf({ bundle, predicate: predicateOf(bundle) })
})
afterEach(() => world.close())

const FEE = 5_000n

test('a token costs what was quoted, says where the receipt is, and gives all of its rent back when it is burnt', async () => {
  const { wallet, chain } = world
  const before = await world.balance(wallet.address)
  const quote = await quoteToken(deps, wallet.address, claim)
  expect(quote).toMatchObject({ isMinted: false, feeLamports: String(FEE), balanceLamports: String(before) })
  expect(await mintToken(deps, wallet, claim)).toMatch(/^\w{64,88}$/)
  expect(before - (await world.balance(wallet.address))).toBe(BigInt(quote.rentLamports) + FEE)
  const said = Buffer.from((await chain.accountData(quote.mint, 'finalized'))?.data ?? []).toString('latin1')
  for (const fact of [claim.logId, claim.sha256, claim.receiptId, String(claim.leafIndex)]) expect(said).toContain(fact)
  expect(await burnToken(deps, wallet, claim)).toMatch(/^\w{64,88}$/)
  expect(before - (await world.balance(wallet.address))).toBe(2n * FEE)
  expect(await burnToken(deps, wallet, claim)).toBeNull()
})

test('however often it is asked for, and whatever is lost on the way, there is one token and it is paid once', async () => {
  const { wallet } = world
  const before = await world.balance(wallet.address)
  const { rentLamports } = await quoteToken(deps, wallet.address, claim)
  let [sends, replies] = [0, 0]
  chaos.drop = () => sends++ < 2
  chaos.loseReply = () => replies++ < 1
  const signature = await mintToken(deps, wallet, claim)
  expect((await world.chain.transaction(signature ?? ''))?.err).toBeNull()
  for (let time = 0; time < 2; time++) expect(await mintToken(deps, wallet, claim)).toBeNull()
  ticks(world.node, 200)
  expect(before - (await world.balance(wallet.address))).toBe(BigInt(rentLamports) + FEE)
  expect(await quoteToken(deps, wallet.address, claim)).toMatchObject({ isMinted: true })
})

test('one that never lands is given up, and asked for again it is made', async () => {
  const { wallet } = world
  chaos.drop = () => true
  await expect(mintToken(deps, wallet, claim)).rejects.toThrow(/did not land in time/)
  delete chaos.drop
  expect(await mintToken(deps, wallet, claim)).not.toBeNull()
})

test('another wallet has a token of its own, and one without money has none', async () => {
  const poor = { ...world.wallet, address: receiptMint(world.wallet.address, { sha256: 'f'.repeat(64) }) }
  expect(receiptMint(poor.address, claim)).not.toBe(receiptMint(world.wallet.address, claim))
  await expect(mintToken(deps, poor, claim)).rejects.toMatchObject({ code: 'funds.insufficient' })
})

test('an endpoint that says a rent no cluster takes is not believed', async () => {
  const { wallet, chain } = world
  const before = await world.balance(wallet.address)
  const lying: TokenDeps = { ...deps, chain: { ...chain, minRent: async (bytes) => lamports((await chain.minRent(bytes)) * 2n) } }
  await expect(quoteToken(lying, wallet.address, claim)).rejects.toMatchObject({ code: 'chain.unavailable' })
  await expect(mintToken(lying, wallet, claim)).rejects.toMatchObject({ code: 'chain.unavailable' })
  expect(await world.balance(wallet.address)).toBe(before)
})
