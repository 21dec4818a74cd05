import { afterEach, beforeEach, expect, test } from 'vitest'
import { lamports, microUsd } from '../../shared/units.ts'
import { toBase58 } from '../../shared/domain/base58.ts'
import { assemble } from '../../main/chain/chain.ts'
import { memoInstruction, transferInstruction } from '../../main/chain/instructions.ts'
import { checkLedger } from '../../main/coordinator/ledger/check.ts'
import { createPayoutAdmin } from '../../main/coordinator/payouts/admin.ts'
import { listPayouts } from '../../main/coordinator/payouts/listing.store.ts'
import { createPayouts } from '../../main/coordinator/payouts/payouts.ts'
import { holdingsOf } from '../../main/coordinator/payouts/purse.ts'
import { createRefillAlarm } from '../../main/coordinator/payouts/refill-alarm.ts'
import { createTermsStore } from '../../main/coordinator/payouts/terms.store.ts'
import { transact } from '../../main/coordinator/persistence/database.ts'
import { ticks } from './in-process.ts'
import { GENEROUS, type World, createWorld, newAddress } from './payout-world.ts'
import { issueUsdc } from './usdc.ts'

let world: World
beforeEach(async () => {
  world = await createWorld()
})
afterEach(() => world.close())

const everything = { after: null, limit: 200 }
const settle = async (payouts = createPayouts(world.deps())) => {
  for (let pass = 0; pass < 8; pass++) {
    await payouts.step()
    ticks(world.node, 3)
  }
}
const admin = (changes = {}) => createPayoutAdmin(world.deps(changes), () => null)
const states = async () => (await listPayouts(world.db, everything)).items.map(({ state }) => state)
const decided = () => world.decisions.map(({ kind }) => kind)

test('while payouts are paused nothing leaves the hot wallet, and what has left it is still tracked', async () => {
  const [before, after] = [newAddress(), newAddress()]
  await world.earn('node-before', before, 1_000_000n)
  const payouts = createPayouts(world.deps())
  await payouts.step()
  expect(await admin().pause('operator', { reason: 'a drill' })).toMatchObject({ paused: { reason: 'a drill', by: 'operator' }, waiting: { open: 1 } })
  await world.earn('node-after', after, 1_000_000n)
  ticks(world.node, 20)
  await settle(payouts)
  expect([await world.balance(before), await world.balance(after), await states()]).toEqual([4_250_000n, 0n, ['finalized']])
  expect(await admin().resume('operator')).toMatchObject({ paused: null })
  await settle(payouts)
  expect(await world.balance(after)).toBe(4_250_000n)
  expect(decided()).toEqual(['payout.paused', 'payout.resumed'])
})

test('the stop file pauses payouts while nothing answers, and only who removes it resumes them', async () => {
  await world.earn('node-a', newAddress(), 1_000_000n)
  const stopped = { isStopped: () => true }
  await settle(createPayouts(world.deps(stopped)))
  expect(await states()).toEqual([])
  expect((await admin(stopped).status()).paused?.reason).toMatch(/payouts\.stop/)
  await expect(admin(stopped).resume('operator')).rejects.toMatchObject({ code: 'conflict' })
})

test('a large batch goes once two operators have approved it, not one of them twice; another is sent back', async () => {
  const settings = { ...GENEROUS, approvalAbove: microUsd(1_000_000n) }
  const [large, small] = [newAddress(), newAddress()]
  await world.earn('node-large', large, 5_000_000n)
  const payouts = createPayouts(world.deps({ settings }))
  await settle(payouts)
  await world.earn('node-small', small, 1_000_000n)
  await settle(payouts)
  expect([await world.balance(large), await world.balance(small)]).toEqual([0n, 4_250_000n])
  const [waiting] = (await admin().batches({ waiting: true, ...everything })).items
  const batchId = waiting?.batchId ?? ''
  expect(waiting).toMatchObject({ state: 'planned', recipients: 1, microUsd: '4250000', approvalsNeeded: 2, approvedBy: [] })
  await admin().approve('operator-one', { batchId })
  await admin().approve('operator-one', { batchId })
  await settle(payouts)
  expect(await world.balance(large)).toBe(0n)
  expect((await admin().approve('operator-two', { batchId })).approvedBy).toEqual(['operator-one', 'operator-two'])
  await settle(payouts)
  expect(await world.balance(large)).toBe(21_250_000n)
  await expect(admin().approve('operator-two', { batchId })).rejects.toMatchObject({ code: 'conflict' })
  await world.earn('node-large', large, 5_000_000n)
  await settle(payouts)
  const [second] = (await admin().batches({ waiting: true, ...everything })).items
  expect(await admin().reject('operator-one', { batchId: second?.batchId ?? '', reason: 'too much' })).toMatchObject({ state: 'failed' })
  expect((await world.deps().books.earningsOf(world.db, 'node-large')).confirmed).toBe(4_250_000n)
  expect(decided()).toEqual(['payout.held', 'payout.approved', 'payout.approved', 'payout.held', 'payout.rejected'])
})

test('the operator is told once when the hot wallet runs low', async () => {
  const alarm = createRefillAlarm(world.deps({ settings: { ...GENEROUS, refillBelow: lamports(10n ** 13n) } }))
  for (let minute = 0; minute < 3; minute++) {
    await alarm()
    await world.clock.advance(60_000)
  }
  expect(world.decisions).toMatchObject([{ kind: 'payout.refill-needed', body: { message: expect.stringContaining('Send it SOL') } }])
})

test('the day’s cap of a recipient pays the rest on later days', async () => {
  const address = newAddress()
  await world.earn('node-a', address, 10_000_000n)
  const payouts = createPayouts(world.deps({ settings: { ...GENEROUS, maxPerRecipient: microUsd(5_000_000n) } }))
  await settle(payouts)
  expect(await world.balance(address)).toBe(25_000_000n)
  await world.clock.advance(86_400_001)
  await settle(payouts)
  expect(await world.balance(address)).toBe(42_500_000n)
})

test('one poisoned recipient of eighteen fails alone, in the trial and on chain', async () => {
  const addresses = Array.from({ length: 18 }, () => newAddress())
  for (const [index, address] of addresses.entries()) await world.earn(`node-${index}`, address, 1_000_000n)
  const [poisoned = ''] = addresses
  const blamed = new Set<string>()
  // The cluster refuses it at the first trial, and names it.
  const chain = {
    ...world.chain,
    simulate: async (raw: Uint8Array) => {
      const seen = await world.chain.simulate(raw)
      if (blamed.size > 0) return seen
      blamed.add(poisoned)
      return { ...seen, err: '"test"', blame: { instruction: 1 } }
    },
  }
  await settle(createPayouts(world.deps({ chain })))
  const paid = await Promise.all(addresses.map((address) => world.balance(address)))
  expect(paid.filter((amount) => amount === 4_250_000n)).toHaveLength(17)
  expect((await states()).filter((state) => state === 'failed')).toHaveLength(1)
  expect(await checkLedger(world.db)).toMatchObject({ balanced: true, paidMicroUsd: String(17n * 850_000n) })
})

test('a batch that fails on chain and nobody knows why goes on in halves, until what fails is alone', async () => {
  const addresses = Array.from({ length: 5 }, () => newAddress())
  for (const [index, address] of addresses.entries()) await world.earn(`node-${index}`, address, 1_000_000n)
  const poisoned = addresses[3] ?? ''
  const isBad = (signature: string, sent: ReadonlyMap<string, readonly string[]>) => sent.get(signature)?.includes(poisoned) === true
  const sent = new Map<string, readonly string[]>()
  let pending: readonly string[] = []
  const chain = {
    ...world.chain,
    compile: (...args: Parameters<typeof world.chain.compile>) => {
      pending = args[1].flatMap(({ accounts }) => accounts.map(({ address }) => address))
      return world.chain.compile(...args)
    },
    // What pays the poisoned one never lands, and the cluster says it failed.
    send: async (raw: Uint8Array) => {
      if (!pending.includes(poisoned)) return world.chain.send(raw)
      const signature = toBase58(raw.subarray(1, 65))
      sent.set(signature, pending)
      return signature
    },
    statuses: async (signatures: readonly string[]) =>
      Promise.all(
        signatures.map(async (signature) =>
          isBad(signature, sent) ? { slot: 1, level: 'finalized' as const, err: '"Unknown"' } : ((await world.chain.statuses([signature]))[0] ?? null),
        ),
      ),
  }
  const payouts = createPayouts(world.deps({ chain }))
  await settle(payouts)
  await settle(payouts)
  const paid = await Promise.all(addresses.map((address) => world.balance(address)))
  expect(paid).toEqual([4_250_000n, 4_250_000n, 4_250_000n, 0n, 4_250_000n])
  expect((await states()).toSorted()).toEqual(['failed', 'finalized', 'finalized', 'finalized', 'finalized'])
})

/** Pays somebody out of the hot wallet, past the payout machine. */
async function payPast(to: string, amount: bigint, memo: string): Promise<void> {
  const { blockhash } = await world.chain.latestBlockhash()
  const message = world.chain.compile(
    world.wallet.address,
    [transferInstruction(world.wallet.address, to, lamports(amount)), memoInstruction(memo, world.wallet.address)],
    blockhash,
  )
  await world.chain.send(assemble(message, await world.wallet.sign(message)))
  ticks(world.node, 10)
}

const expectBooksToAgree = async (changes = {}) => {
  expect(await checkLedger(world.db)).toMatchObject({ balanced: true, findings: [] })
  for (const { asset, onChain } of await holdingsOf(world.deps(changes))) {
    const { treasury, usdcTreasury } = world.deps().books
    expect([asset, onChain]).toEqual([asset, await transact(world.db, (tx) => (asset === 'lamports' ? treasury(tx) : usdcTreasury(tx)))])
  }
}

test('books from an old backup catch up with the chain: of batches they know, of payouts they do not, and by hand for the rest', async () => {
  const usdc = await issueUsdc(world.node, world.chain)
  const using = { usdc: usdc.token }
  await usdc.give(world.wallet.address, 30_000_000n)
  const [known, later, token] = [newAddress(), newAddress(), newAddress()]
  await world.earn('node-known', known, 1_000_000n)
  await world.earn('node-token', token, 2_000_000n)
  await createTermsStore(world.db).save('node-token', { asset: 'micro-usdc', automatic: true, minimum: null }, 0)
  // Planned before the backup, signed after it.
  const offline = { ...world.chain, simulate: async () => ({ err: '"later"', units: 0, logs: [], blame: null }) }
  await createPayouts(world.deps({ ...using, chain: offline })).step()
  await world.earn('node-later', later, 1_000_000n)
  const restored = await world.copy()
  await settle(createPayouts(world.deps(using)))
  expect(await states()).toEqual(['finalized', 'finalized', 'finalized'])
  await world.replaceBy(restored)
  await payPast(newAddress(), 5_000_000n, 'somebody has the key')
  await expect(createPayouts(world.deps(using)).step()).rejects.toMatchObject({ code: 'payout.refused', message: expect.stringContaining('payout rebuild') })
  const look = await admin(using).rebuild('operator', { apply: false, writeOff: [] })
  expect(look.found.map(({ verdict }) => verdict).toSorted()).toEqual(['addresses', 'batch', 'batch', 'unexplained'])
  expect(look.applied).toBe(false)
  // Whose batch is not known is booked at a rate that is not its own, and says so.
  for (const { verdict, rate } of look.found)
    expect([verdict, rate]).toEqual([verdict, verdict === 'addresses' ? expect.stringMatching(/^1 SOL = .*, of the rebuild, not of its time$/) : null])
  const lost = look.found.find(({ verdict }) => verdict === 'unexplained')?.signature ?? ''
  const done = await admin(using).rebuild('operator', { apply: true, writeOff: [lost] })
  expect(done.found.some(({ verdict }) => verdict === 'unexplained')).toBe(false)
  expect(await admin(using).rebuild('operator', { apply: true, writeOff: [] })).toMatchObject({ found: [] })
  await settle(createPayouts(world.deps(using)))
  expect([await world.balance(known), await world.balance(later), usdc.balance(token)]).toEqual([4_250_000n, 4_250_000n, 1_700_000n - 297_688n])
  expect((await states()).every((state) => state === 'finalized')).toBe(true)
  expect(decided()).toContain('payout.rebuilt')
  await expectBooksToAgree(using)
})
