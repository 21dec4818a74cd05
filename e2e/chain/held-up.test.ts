import { afterEach, beforeEach, expect, test } from 'vitest'
import { fromBase58 } from '../../shared/domain/base58.ts'
import { WindfallError } from '../../shared/errors.ts'
import { lamports, microUsd } from '../../shared/units.ts'
import { checkLedger } from '../../main/coordinator/ledger/check.ts'
import { createClaims } from '../../main/coordinator/payouts/claims.ts'
import { listPayouts } from '../../main/coordinator/payouts/listing.store.ts'
import { createPayouts } from '../../main/coordinator/payouts/payouts.ts'
import { createQuotes } from '../../main/coordinator/payouts/quotes.ts'
import { createTermsStore } from '../../main/coordinator/payouts/terms.store.ts'
import { rpc, ticks } from './in-process.ts'
import { GENEROUS, type World, newAddress, settleIn } from './payout-world.ts'
import { type Usdc, createUsdcWorld } from './usdc.ts'

let world: World
let usdc: Usdc
beforeEach(async () => {
  ;({ world, usdc } = await createUsdcWorld())
})
afterEach(() => world.close())

const deps = (changes = {}) => world.deps({ usdc: usdc.token, ...changes })
const settle = (payouts = createPayouts(deps())) => settleIn(world, payouts)
const shown = async () => (await listPayouts(world.db, { after: null, limit: 200 })).items
const stateOf = async (nodeId: string) => (await shown()).find((one) => one.nodeId === nodeId)?.state
const wantsUsdc = (nodeId: string) => createTermsStore(world.db).save(nodeId, { asset: 'micro-usdc', automatic: true, minimum: null }, 0)

test('a batch that cannot be signed holds up none behind it, and says why until it can', async () => {
  const [first, behind] = [newAddress(), newAddress()]
  await usdc.give(first, 1n)
  await world.earn('node-usdc', first, 1_000_000n)
  await wantsUsdc('node-usdc')
  const trouble = { isOver: false, isForAll: true }
  const simulate: World['chain']['simulate'] = async (raw) => {
    const isFirst = Buffer.from(raw).includes(Buffer.from(fromBase58(usdc.accountOf(first))))
    if (!trouble.isOver && (trouble.isForAll || isFirst)) throw new WindfallError('chain.unavailable', 'The endpoint cannot try this one.')
    return world.chain.simulate(raw)
  }
  const payouts = createPayouts(deps({ chain: { ...world.chain, simulate } }))
  await expect(payouts.step()).rejects.toThrow('cannot try this one')
  trouble.isForAll = false
  await world.clock.advance(1)
  await world.earn('node-sol', behind, 1_000_000n)
  for (let pass = 0; pass < 6; pass++) {
    ticks(world.node, 3)
    await expect(payouts.step()).rejects.toThrow('cannot try this one')
  }
  expect([await stateOf('node-usdc'), await stateOf('node-sol')]).toEqual(['planned', 'finalized'])
  expect(await world.balance(behind)).toBe(4_250_000n)
  trouble.isOver = true
  await settle(payouts)
  expect(await stateOf('node-usdc')).toBe('finalized')
  expect(await checkLedger(world.db)).toMatchObject({ balanced: true, findings: [] })
})

test('one that is paid and cannot be looked at holds up none behind it, and nothing that is due', async () => {
  const addresses = [newAddress(), newAddress()]
  await world.earn('node-usdc', addresses[0] ?? '', 1_000_000n)
  await wantsUsdc('node-usdc')
  await createPayouts(deps()).step()
  await world.clock.advance(1)
  await world.earn('node-sol', addresses[1] ?? '', 1_000_000n)
  const hidden = (await shown())[0]?.signature
  // It opened an account, whose rent is in a transaction that the endpoint does not show.
  const transaction = async (signature: string) => (signature === hidden ? null : world.chain.transaction(signature))
  const blind = createPayouts(deps({ chain: { ...world.chain, transaction } }))
  const failures: unknown[] = []
  for (let pass = 0; pass < 6; pass++) {
    ticks(world.node, 3)
    await blind.step().catch((error: unknown) => failures.push(error))
  }
  expect(failures[0]).toBeInstanceOf(WindfallError)
  expect([await stateOf('node-usdc'), await stateOf('node-sol')]).toEqual(['confirmed', 'finalized'])
  await settle()
  expect(await stateOf('node-usdc')).toBe('finalized')
  expect(await checkLedger(world.db)).toMatchObject({ balanced: true, findings: [] })
})

/** 9,000,000 lamports at 200 dollars per SOL: $1.80 an hour. */
const CAPPED = { ...GENEROUS, maxPerHour: lamports(9_000_000n) }

test('the hour’s cap counts what leaves in SOL and in USDC together', async () => {
  for (const nodeId of ['node-sol-1', 'node-sol-2', 'node-usdc-1', 'node-usdc-2']) {
    const address = newAddress()
    if (nodeId.startsWith('node-usdc')) await usdc.give(address, 1n)
    await world.earn(nodeId, address, 1_000_000n)
    if (nodeId.startsWith('node-usdc')) await wantsUsdc(nodeId)
  }
  const payouts = createPayouts(deps({ settings: CAPPED }))
  await settle(payouts)
  expect(await shown()).toHaveLength(2)
  await world.clock.advance(3_600_001)
  await settle(payouts)
  expect(await shown()).toHaveLength(4)
})

const onDemand = (maxPerHour: bigint) => ({ settings: { ...GENEROUS, threshold: lamports(10n ** 15n), maxPerHour: lamports(maxPerHour) } })

test('a claim counts towards the hour in either asset, and one that can never go any more has its money back', async () => {
  for (const nodeId of ['node-a', 'node-b', 'node-c']) {
    const address = newAddress()
    await rpc(world.node, 'requestAirdrop', address, 1_000_000)
    await usdc.give(address, 1n)
    await world.earn(nodeId, address, 1_000_000n)
  }
  const claim = async (nodeId: string, asset: 'sol' | 'usdc') => {
    const { quoteId } = await createQuotes(deps(onDemand(9_000_000n))).quote(nodeId, { asset, microUsd: null })
    await createClaims(deps()).claim(nodeId, { claimId: `claim-${nodeId}`, quoteId })
    await world.clock.advance(1)
  }
  const claimed = async (nodeId: string) => (await createClaims(deps()).show(nodeId, `claim-${nodeId}`)).state
  await claim('node-a', 'sol')
  await claim('node-b', 'usdc')
  await claim('node-c', 'usdc')
  await settle(createPayouts(deps(onDemand(9_000_000n))))
  expect([await claimed('node-a'), await claimed('node-b'), await claimed('node-c')]).toEqual(['finalized', 'finalized', 'planned'])
  // Lowered below what was claimed: $0.80 an hour.
  await settle(createPayouts(deps(onDemand(4_000_000n))))
  expect(await claimed('node-c')).toBe('failed')
  expect(await deps().books.earningsOf(world.db, 'node-c')).toEqual({ confirmed: microUsd(850_000n), paying: microUsd(0n) })
})
