import { afterEach, beforeEach, expect, test } from 'vitest'
import { toBase58 } from '../../shared/domain/base58.ts'
import { lamports } from '../../shared/units.ts'
import { assemble } from '../../main/chain/chain.ts'
import { memoInstruction, transferInstruction } from '../../main/chain/instructions.ts'
import { checkLedger } from '../../main/coordinator/ledger/check.ts'
import { listPayouts } from '../../main/coordinator/payouts/listing.store.ts'
import { createPayouts } from '../../main/coordinator/payouts/payouts.ts'
import { transact } from '../../main/coordinator/persistence/database.ts'
import { createSigner, generateKeyPem } from '../../main/kernel/signing.ts'
import { rpc, ticks } from './in-process.ts'
import { GENEROUS, type World, createWorld, newAddress } from './payout-world.ts'

let world: World
beforeEach(async () => {
  world = await createWorld()
})
afterEach(() => world.close())

const settle = async (payouts = createPayouts(world.deps())) => {
  for (let pass = 0; pass < 8; pass++) {
    await payouts.step()
    ticks(world.node, 3)
  }
}
const everything = { after: null, limit: 200 }

test('a payout goes from earned to final, and its owner hears of every state', async () => {
  const address = newAddress()
  await world.earn('node-a', address, 1_000_000n)
  const payouts = createPayouts(world.deps())
  await payouts.step()
  const [planned] = (await listPayouts(world.db, everything)).items
  expect(planned).toMatchObject({ nodeId: 'node-a', address, microUsd: '850000', lamports: '4250000', state: 'sent', attempts: 1, cluster: 'localnet' })
  await settle(payouts)
  expect(world.facts.map(({ fact }) => fact.kind === 'payout' && fact.state)).toEqual(['planned', 'sent', 'confirmed', 'finalized'])
  expect(await world.balance(address)).toBe(4_250_000n)
  const [paid] = (await listPayouts(world.db, everything)).items
  expect(paid).toMatchObject({ state: 'finalized', rate: '1 SOL = 200.000000 USD, fixed by the operator, 1970-01-01T00:00:00.000Z' })
  expect((await world.chain.transaction(paid?.signature ?? ''))?.memos).toEqual([expect.stringMatching(/^wf1:[\w-]{43}$/)])
  const check = await checkLedger(world.db)
  expect(check).toMatchObject({ balanced: true, confirmedMicroUsd: '850000', paidMicroUsd: '850000', paidLamports: '4250000', findings: [] })
})

test('the books and the chain agree on the hot wallet to the lamport', async () => {
  for (let i = 0; i < 40; i++) await world.earn(`node-${i}`, newAddress(), 1_000_000n + BigInt(i))
  await settle()
  const { items } = await listPayouts(world.db, everything)
  expect(items.map((item) => item.state)).toEqual(Array.from({ length: 40 }, () => 'finalized'))
  expect(new Set(items.map((item) => item.signature)).size).toBe(3)
  const treasury = await transact(world.db, (tx) => world.deps().books.treasury(tx))
  expect(treasury).toBe(await world.balance(world.wallet.address))
})

test('18 recipients, memo and compute limit fit into one transaction', async () => {
  for (let i = 0; i < 18; i++) await world.earn(`node-${i}`, newAddress(), 1_000_000n)
  await settle()
  const [item] = (await listPayouts(world.db, everything)).items
  const raw = await rpc<{ transaction: [string] }>(world.node, 'getTransaction', item?.signature, {
    encoding: 'base64',
    maxSupportedTransactionVersion: 1,
    commitment: 'confirmed',
  })
  const size = Buffer.from(raw.transaction[0], 'base64').length
  expect(size).toBeLessThanOrEqual(1_232)
  expect(size).toBeGreaterThan(1_100)
})

test('two nodes of one owner are paid by one transfer', async () => {
  const address = newAddress()
  await world.earn('node-a', address, 1_000_000n)
  await world.earn('node-b', address, 2_000_000n)
  await settle()
  expect(await world.balance(address)).toBe(4_250_000n + 8_500_000n)
  expect((await listPayouts(world.db, everything)).items).toHaveLength(2)
})

test('small amounts wait, and a new wallet is paid only what lets it exist', async () => {
  const [known, fresh] = [newAddress(), newAddress()]
  await rpc(world.node, 'requestAirdrop', known, 1_000_000)
  ticks(world.node, 3)
  await world.earn('node-known', known, 40_000n)
  await world.earn('node-fresh', fresh, 40_000n)
  const payouts = createPayouts(world.deps({ settings: { ...GENEROUS, threshold: lamports(1n) } }))
  await settle(payouts)
  expect((await listPayouts(world.db, everything)).items.map((item) => item.nodeId)).toEqual(['node-known'])
  await world.earn('node-fresh', fresh, 200_000n)
  await settle(payouts)
  expect(await world.balance(fresh)).toBe(170_000n * 5n + 34_000n * 5n)
})

test('an address where SOL would be lost is refused with a reason; the money stays confirmed and others are paid', async () => {
  const good = newAddress()
  await world.earn('node-good', good, 1_000_000n)
  const bad = {
    'node-token': 'TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA',
    'node-system': '11111111111111111111111111111111',
    'node-offcurve': '2nBhEBYYvfaAe16UMNqRHre4YNSskvuYgx3M6E4JP1oD',
  }
  for (const [nodeId, address] of Object.entries(bad)) await world.earn(nodeId, address, 1_000_000n)
  await settle()
  expect(await world.balance(good)).toBe(4_250_000n)
  expect(world.refusals.map(({ address }) => address).toSorted()).toEqual(Object.values(bad).toSorted())
  expect(await checkLedger(world.db)).toMatchObject({ balanced: true, confirmedMicroUsd: '3400000', paidMicroUsd: '850000' })
})

const told = (nodeId: string) => world.facts.flatMap((told) => (told.nodeId === nodeId && told.fact.kind === 'payout-refused' ? [told.fact] : []))

test('every node of a refused address is told why, once for each reason, and again after it could be paid', async () => {
  const address = newAddress()
  const owner = { current: 'TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA' }
  const chain = {
    ...world.chain,
    account: async (asked: string) =>
      asked === address ? { lamports: lamports(1_000_000n), owner: owner.current, executable: false } : world.chain.account(asked),
  }
  const anHourLater = async () => {
    await world.clock.advance(3_600_001)
    await settle(createPayouts(world.deps({ chain })))
  }
  await world.earn('node-a', address, 1_000_000n)
  await settle(createPayouts(world.deps({ chain })))
  await anHourLater()
  const refusal = { kind: 'payout-refused', address, reason: 'It is a token account or other data account; SOL sent to it is lost.' }
  expect(told('node-a')).toEqual([refusal])
  await world.earn('node-b', address, 1_000_000n)
  await anHourLater()
  expect([told('node-a'), told('node-b')]).toEqual([[refusal], [refusal]])
  owner.current = '11111111111111111111111111111111'
  await anHourLater()
  expect(world.facts.at(-1)?.fact).toMatchObject({ kind: 'payout', address, state: 'finalized' })
  owner.current = 'TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA'
  await world.earn('node-a', address, 1_000_000n)
  await anHourLater()
  expect(told('node-a')).toEqual([refusal, refusal])
})

test('a wallet that turns bad between plan and signature takes nobody with it', async () => {
  const [good, bad] = [newAddress(), newAddress()]
  await world.earn('node-good', good, 1_000_000n)
  await world.earn('node-bad', bad, 1_000_000n)
  // Rent above the amount: the transfer to a new wallet fails in simulation, after planning was told otherwise.
  const deceived = { ...world.chain, minRent: async () => lamports(1n), isOnCurve: () => true }
  world.addresses.set('node-bad', '11111111111111111111111111111111')
  const payouts = createPayouts(
    world.deps({ chain: { ...deceived, account: async (address) => (address === world.wallet.address ? world.chain.account(address) : null) } }),
  )
  await settle(payouts)
  world.addresses.set('node-bad', bad)
  await settle()
  expect(await world.balance(good)).toBe(4_250_000n)
  expect(await world.balance(bad)).toBe(4_250_000n)
  expect((await checkLedger(world.db)).balanced).toBe(true)
})

test('the hourly cap holds payouts back and the next hour releases them', async () => {
  for (let i = 0; i < 4; i++) await world.earn(`node-${i}`, newAddress(), 1_000_000n)
  const payouts = createPayouts(world.deps({ settings: { ...GENEROUS, maxPerHour: lamports(9_000_000n) } }))
  await settle(payouts)
  expect((await listPayouts(world.db, everything)).items).toHaveLength(2)
  await world.clock.advance(3_600_001)
  await settle(payouts)
  expect((await listPayouts(world.db, everything)).items).toHaveLength(4)
})

test('a hot wallet without money pays nobody, and goes on once a deposit is final', async () => {
  await world.close()
  world = await createWorld({ funding: 0 })
  const address = newAddress()
  await world.earn('node-a', address, 1_000_000n)
  const payouts = createPayouts(world.deps())
  await settle(payouts)
  expect((await listPayouts(world.db, everything)).items).toEqual([])
  await rpc(world.node, 'requestAirdrop', world.wallet.address, 1_000_000_000)
  await settle(payouts)
  expect(await world.balance(address)).toBe(4_250_000n)
})

test('a transaction that fails on chain costs its fee, gives the money back and leaves the wallets alone for an hour', async () => {
  const address = newAddress()
  await world.earn('node-a', address, 1_000_000n)
  const failing = {
    ...world.chain,
    statuses: async (signatures: readonly string[]) =>
      signatures.map(() => ({ slot: 1, level: 'finalized' as const, err: '{"InstructionError":[1,{"Custom":1}]}' })),
  }
  await createPayouts(world.deps()).step()
  await createPayouts(world.deps({ chain: failing })).step()
  expect(world.facts.at(-1)?.fact).toMatchObject({ kind: 'payout', state: 'failed' })
  expect((await listPayouts(world.db, everything)).items.map((item) => item.state)).toEqual(['failed'])
  expect(await checkLedger(world.db)).toMatchObject({ balanced: true, confirmedMicroUsd: '850000', paidMicroUsd: '0' })
  await settle()
  expect((await listPayouts(world.db, everything)).items).toHaveLength(1)
})

test('an anchor memo is written once and reported once', async () => {
  const payouts = createPayouts(world.deps())
  const memo = 'windfall:log/1:abcdefgh:n=3:r=xyz'
  expect(await transact(world.db, (tx) => payouts.queueAnchor(tx, { memo }))).toBe('queued')
  expect(await transact(world.db, (tx) => payouts.queueAnchor(tx, { memo }))).toBe('duplicate')
  await settle(payouts)
  expect(world.anchored).toEqual([{ memo, cluster: 'localnet', signature: expect.stringMatching(/^\w{64,88}$/) as string }])
  expect((await world.chain.transaction(world.anchored[0]?.signature ?? ''))?.memos).toEqual([memo])
  expect((await checkLedger(world.db)).balanced).toBe(true)
})

test('a payout this database does not know stops everything: another coordinator, or an old copy', async () => {
  await world.earn('node-a', newAddress(), 1_000_000n)
  await settle()
  const elsewhere = await createWorld({ funding: 0 })
  const impostor = createPayouts(elsewhere.deps({ chain: world.chain, wallet: world.wallet }))
  await expect(impostor.step()).rejects.toMatchObject({ code: 'payout.refused' })
  await elsewhere.close()
})

test('a stranger who writes our memo beside a transfer to the hot wallet pays in and stops nothing', async () => {
  const signer = createSigner(generateKeyPem())
  const stranger = toBase58(Buffer.from(signer.publicJwk.x, 'base64url'))
  await rpc(world.node, 'requestAirdrop', stranger, 1_000_000_000)
  ticks(world.node, 8)
  const instructions = [transferInstruction(stranger, world.wallet.address, lamports(1n)), memoInstruction('wf1:not-a-payout', stranger)]
  const message = world.chain.compile(stranger, instructions, (await world.chain.latestBlockhash()).blockhash)
  await world.chain.send(assemble(message, await signer.sign(message)))
  ticks(world.node, 8)
  await world.earn('node-a', newAddress(), 1_000_000n)
  await settle()
  expect((await listPayouts(world.db, everything)).items).toMatchObject([{ state: 'finalized' }])
  expect((await checkLedger(world.db)).balanced).toBe(true)
})

test('payouts are listed newest first, page by page', async () => {
  for (let i = 0; i < 5; i++) {
    await world.earn(`node-${i}`, newAddress(), 1_000_000n)
    await settle()
    await world.clock.advance(1_000)
  }
  const first = await listPayouts(world.db, { after: null, limit: 2 })
  const second = await listPayouts(world.db, { after: first.next, limit: 2 })
  const third = await listPayouts(world.db, { after: second.next, limit: 2 })
  expect([...first.items, ...second.items, ...third.items].map((item) => item.nodeId)).toEqual(['node-4', 'node-3', 'node-2', 'node-1', 'node-0'])
  expect(third.next).toBeNull()
})
