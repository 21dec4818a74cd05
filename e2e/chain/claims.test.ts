import { afterEach, beforeEach, expect, test } from 'vitest'
import { lamports, microUsd } from '../../shared/units.ts'
import { checkLedger } from '../../main/coordinator/ledger/check.ts'
import { createClaims } from '../../main/coordinator/payouts/claims.ts'
import { createPauseStore } from '../../main/coordinator/payouts/control.store.ts'
import { createPayouts } from '../../main/coordinator/payouts/payouts.ts'
import { createQuotes } from '../../main/coordinator/payouts/quotes.ts'
import { rpc, ticks } from './in-process.ts'
import { GENEROUS, type World, newAddress, settleIn } from './payout-world.ts'
import { type Usdc, createUsdcWorld } from './usdc.ts'

let world: World
let usdc: Usdc
beforeEach(async () => {
  ;({ world, usdc } = await createUsdcWorld())
})
afterEach(() => world.close())

/** Nobody is paid by itself: every payout was claimed. */
const ON_DEMAND = { ...GENEROUS, threshold: lamports(10n ** 15n) }
const deps = (changes = {}) => world.deps({ usdc: usdc.token, settings: ON_DEMAND, ...changes })
const settle = (payouts = createPayouts(deps())) => settleIn(world, payouts)
/** A node whose wallet is on chain already, and what it has earned. */
async function earner(nodeId: string, price: bigint): Promise<string> {
  const address = newAddress()
  await rpc(world.node, 'requestAirdrop', address, 1_000_000)
  ticks(world.node, 3)
  await world.earn(nodeId, address, price)
  return address
}
const quote = (nodeId: string, asked: { asset?: 'sol' | 'usdc'; microUsd?: bigint } = {}, changes = {}) =>
  createQuotes(deps(changes)).quote(nodeId, {
    microUsd: asked.microUsd === undefined ? null : String(asked.microUsd),
    ...(asked.asset ? { asset: asked.asset } : {}),
  })
const claim = (nodeId: string, claimId: string, quoteId: string) => createClaims(deps()).claim(nodeId, { claimId, quoteId })

test('any amount above the shown fee is paid on demand, exactly as quoted, and claiming it again changes nothing', async () => {
  const address = await earner('node-a', 10_000n)
  const offer = await quote('node-a')
  // 5,000 lamports at 200 dollars per SOL.
  expect(offer).toMatchObject({ asset: 'sol', address, microUsd: '8500', feeMicroUsd: '1000', feeLamports: '5000', rentMicroUsd: '0', amount: '37500' })
  expect(offer.rate).toMatch(/^1 SOL = 200\.000000 USD/)
  const made = await claim('node-a', 'claim-1', offer.quoteId)
  expect(made).toMatchObject({ claimId: 'claim-1', state: 'planned', signature: null, quote: offer })
  expect(await claim('node-a', 'claim-1', offer.quoteId)).toEqual(made)
  await world.reopen()
  await settle()
  expect(await world.balance(address)).toBe(1_000_000n + 37_500n)
  expect(await createClaims(deps()).show('node-a', 'claim-1')).toMatchObject({
    state: 'finalized',
    feeMicroUsd: '1000',
    amount: '37500',
    payoutId: made.payoutId,
  })
  expect(await claim('node-a', 'claim-1', offer.quoteId)).toMatchObject({ state: 'finalized' })
  await settle()
  expect(await world.balance(address)).toBe(1_000_000n + 37_500n)
  expect(await checkLedger(world.db)).toMatchObject({ balanced: true, findings: [] })
  expect(world.facts.filter(({ fact }) => fact.kind === 'payout').map(({ fact }) => fact.kind === 'payout' && fact.state)).toEqual([
    'planned',
    'sent',
    'confirmed',
    'finalized',
  ])
  expect(world.facts.at(-1)?.fact).toMatchObject({ claimId: 'claim-1', feeMicroUsd: '1000' })
})

test('claims made together share a transaction and its fee: nobody gets less than was quoted', async () => {
  const addresses = [await earner('node-a', 100_000n), await earner('node-b', 100_000n), await earner('node-c', 100_000n)]
  const offers = await Promise.all(['node-a', 'node-b', 'node-c'].map((nodeId) => quote(nodeId)))
  for (const [index, nodeId] of ['node-a', 'node-b', 'node-c'].entries()) await claim(nodeId, `claim-${nodeId}`, offers[index]?.quoteId ?? '')
  await settle()
  // A third of 1,000 micro-USD, rounded up, in place of all of it.
  for (const address of addresses) expect(await world.balance(address)).toBe(1_000_000n + (85_000n - 334n) * 5n)
  const batches = await world.db.selectFrom('payout_batch').select('id').execute()
  expect(batches).toHaveLength(1)
  expect(await checkLedger(world.db)).toMatchObject({ balanced: true })
})

test('a claim in USDC shows and bears the rent of the account that is opened', async () => {
  const address = await earner('node-a', 1_000_000n)
  const offer = await quote('node-a', { asset: 'usdc', microUsd: 500_000n })
  expect(offer).toMatchObject({ asset: 'usdc', microUsd: '500000', feeMicroUsd: '1000', rentMicroUsd: '297688', rentLamports: '1488440', amount: '201312' })
  await claim('node-a', 'claim-1', offer.quoteId)
  await settle()
  expect(usdc.balance(address)).toBe(201_312n)
  expect((await deps().books.earningsOf(world.db, 'node-a')).confirmed).toBe(350_000n)
  await expect(quote('node-a', { asset: 'usdc', microUsd: 1_000n })).rejects.toMatchObject({
    code: 'payout.refused',
    message: expect.stringContaining('$0.001000'),
  })
})

test.for([
  ['more than is confirmed', { microUsd: 10_000_000n }, 'funds.insufficient', 'Ask for that or less'],
  ['no more than the fee', { microUsd: 1_000n }, 'payout.refused', 'The transaction costs $0.001000'],
] as const)('refused before anything is taken: %s', async ([, asked, code, text]) => {
  await earner('node-a', 1_000_000n)
  await expect(quote('node-a', asked)).rejects.toMatchObject({ code, message: expect.stringContaining(text) })
})

test('a wallet that does not exist yet is told what it needs, and no address at all is named as the reason', async () => {
  await world.earn('node-new', newAddress(), 100_000n)
  await expect(quote('node-new')).rejects.toMatchObject({
    code: 'payout.refused',
    message: expect.stringMatching(/does not exist on chain yet.*\$0\.131048 or more/),
  })
  await expect(createQuotes(deps({ addressOf: async () => null })).quote('node-new', { microUsd: null })).rejects.toThrow(/no payout address/)
})

test('a quote is taken once, in time, at the address it was made for, and not while payouts are paused', async () => {
  await earner('node-a', 1_000_000n)
  const [first, second, third] = [await quote('node-a', { microUsd: 100_000n }), await quote('node-a', { microUsd: 100_000n }), await quote('node-a')]
  await claim('node-a', 'claim-1', first.quoteId)
  await expect(claim('node-a', 'claim-2', first.quoteId)).rejects.toMatchObject({ code: 'conflict' })
  await expect(claim('node-a', 'claim-1', second.quoteId)).rejects.toMatchObject({ code: 'conflict' })
  await expect(claim('node-b', 'claim-3', second.quoteId)).rejects.toMatchObject({ code: 'not-found' })
  await expect(claim('node-a', 'claim-3', third.quoteId)).rejects.toMatchObject({ code: 'funds.insufficient' })
  await createPauseStore(world.db).set({ reason: 'a drill.', by: 'operator', since: 0 })
  await expect(claim('node-a', 'claim-2', second.quoteId)).rejects.toThrow(/paused: a drill/)
  await createPauseStore(world.db).clear()
  const before = world.addresses.get('node-a') ?? ''
  world.addresses.set('node-a', newAddress())
  await expect(claim('node-a', 'claim-2', second.quoteId)).rejects.toThrow(/address has changed/)
  world.addresses.set('node-a', before)
  await world.clock.advance(300_001)
  await expect(claim('node-a', 'claim-2', second.quoteId)).rejects.toThrow(/expired/)
  expect(await deps().books.earningsOf(world.db, 'node-a')).toEqual({ confirmed: microUsd(750_000n), paying: microUsd(100_000n) })
})

test('a claim whose wallet turns bad has its money back, with the reason', async () => {
  const address = await earner('node-a', 1_000_000n)
  const offer = await quote('node-a')
  await claim('node-a', 'claim-1', offer.quoteId)
  const account = async (asked: string) =>
    asked === address ? { lamports: lamports(1_000_000n), owner: 'TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA', executable: false } : world.chain.account(asked)
  await settle(createPayouts(deps({ chain: { ...world.chain, account } })))
  expect(await createClaims(deps()).show('node-a', 'claim-1')).toMatchObject({ state: 'failed', signature: null })
  expect(await deps().books.earningsOf(world.db, 'node-a')).toEqual({ confirmed: microUsd(850_000n), paying: microUsd(0n) })
  expect((await createClaims(deps()).list('node-a', { after: null, limit: 10 })).items).toHaveLength(1)
})

test('caps of an hour and of a recipient hold claims too', async () => {
  await earner('node-a', 10_000_000n)
  const capped = { settings: { ...ON_DEMAND, maxPerRecipient: microUsd(2_000_000n) } }
  expect(await quote('node-a', {}, capped)).toMatchObject({ microUsd: '2000000' })
  await expect(quote('node-a', { microUsd: 2_000_001n }, capped)).rejects.toThrow(/At most \$2\.000000/)
  expect(await quote('node-a', {}, { settings: { ...ON_DEMAND, maxPerHour: lamports(5_000_000n) } })).toMatchObject({ microUsd: '1000000' })
})

test('as much as an hour allows is quoted such that it can be paid, and what it no longer allows goes back', async () => {
  const address = await earner('node-a', 10_000_000n)
  const capped = { settings: { ...ON_DEMAND, maxPerHour: lamports(5_000_003n) } }
  const most = await quote('node-a', {}, capped)
  await claim('node-a', 'claim-1', most.quoteId)
  await settle(createPayouts(deps(capped)))
  expect(await createClaims(deps()).show('node-a', 'claim-1')).toMatchObject({ state: 'finalized' })
  expect(await world.balance(address)).toBeGreaterThan(1_000_000n)
  await claim('node-a', 'claim-2', (await quote('node-a', { microUsd: 7_000_000n })).quoteId)
  // Worth less than the cap at the rate of now, and more of it in SOL than it allows.
  const dearer = { settings: { ...ON_DEMAND, maxPerHour: lamports(30_000_000n) }, rate: async () => ({ microUsdPerSol: 400_000_000n, source: 'test', at: 0 }) }
  await settle(createPayouts(deps(dearer)))
  expect(await createClaims(deps()).show('node-a', 'claim-2')).toMatchObject({ state: 'failed', signature: null })
})
