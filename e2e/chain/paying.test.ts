import { afterEach, beforeEach, expect, test } from 'vitest'
import { pino } from 'pino'
import { readCoordinatorConfig } from '../../main/coordinator/config.ts'
import { type TestCore, enrol, startTestCore } from '../../main/coordinator/core.fake.ts'
import { createJobMoney } from '../../main/coordinator/job-money.ts'
import { requesterDeposit } from '../../main/coordinator/ledger/entries.ts'
import { checkLedger } from '../../main/coordinator/ledger/check.ts'
import { book } from '../../main/coordinator/ledger/ledger.ts'
import { createPaying } from '../../main/coordinator/paying.ts'
import { payoutEvents } from '../../main/coordinator/payouts/events.ts'
import { transact } from '../../main/coordinator/persistence/database.ts'
import { createReceiptIssuer } from '../../main/coordinator/receipts/issue.ts'
import { inputFor, issueOne, logSigner, receiptSigner } from '../../main/coordinator/receipts/issuing.fake.ts'
import { bundleOf } from '../../main/coordinator/receipts/read.ts'
import { createIds } from '../../main/kernel/ids.ts'
import { createSigner, generateKeyPem } from '../../main/kernel/signing.ts'
import { lamports, microUsd } from '../../shared/units.ts'
import { type World, createWorld, newAddress } from './payout-world.ts'
import { inProcessChain, rpc, ticks } from './in-process.ts'

let world: World
let core: TestCore
beforeEach(async () => {
  world = await createWorld()
  core = await startTestCore()
})
afterEach(async () => {
  await core[Symbol.asyncDispose]()
  await world.close()
})

const CONFIG = { dataDirectory: '/data', rpcUrls: 'http://127.0.0.1:1', payoutThresholdLamports: 0, anchorEveryMs: 60_000, microUsdPerSol: 200_000_000 }

/** What the coordinator's root runs, on the core's database and clock, with slots that pass every second. */
async function during(act: (pass: (seconds: number) => Promise<void>) => Promise<void>, changes: object = {}): Promise<void> {
  const { clock, db, recordEvent, decide } = core
  const chain = inProcessChain(world.node, clock)
  const { wallet } = world
  const paying = createPaying({
    config: readCoordinatorConfig({}, { ...CONFIG, ...changes }),
    db,
    loopDb: db,
    chain,
    wallet,
    cluster: 'localnet',
    clock,
    ids: createIds(clock),
    events: payoutEvents(pino({ level: 'silent' })),
    recordEvent,
    decide,
  })
  const stop = new AbortController()
  const running = paying.run(stop.signal)
  await act(async (seconds) => {
    for (let second = 0; second < seconds; second++) {
      ticks(world.node, 3)
      await clock.advance(1_000)
      // The passes talk to the chain, which takes turns of the event loop but no time.
      for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate)
    }
  })
  stop.abort()
  await clock.advance(0)
  await running
}

/** A node that has earned its share of `price` micro-USD. */
async function earningNode(address: string | null, price: bigint, jobId: string): Promise<string> {
  const { db, clock } = core
  const money = createJobMoney(clock, createIds(clock))
  const node = await enrol(core, createSigner(generateKeyPem()), address)
  const order = { requesterId: 'ada', jobId }
  await transact(db, async (tx) => {
    await book(tx, requesterDeposit({ id: 'd', requesterId: 'ada', amount: microUsd(1_000_000_000n), at: clock.now() }))
    await money.reserve(tx, [{ ...order, microUsd: microUsd(price) }])
    await money.settle(tx, { ...order, isCompared: false, parts: [{ nodeId: node.nodeId, priceMicroUsd: microUsd(price), paidBy: 'requester' as const }] })
  })
  return node.nodeId
}

test('a node that has an address is paid what it confirmed, once; one without an address keeps it', async () => {
  const address = newAddress()
  const paid = await earningNode(address, 1_000_000n, 'job-1')
  await earningNode(null, 1_000_000n, 'job-2')
  await during((pass) => pass(60))
  // 85 % of a dollar at 200 dollars per SOL.
  expect(await world.balance(address)).toBe(4_250_000n)
  const facts = (await core.parts.agents.events(paid, { after: 0, limit: 100 })).map(({ fact }) => fact)
  expect(facts.at(-1)).toMatchObject({ kind: 'payout', state: 'finalized', lamports: '4250000', microUsd: '850000', address, cluster: 'localnet' })
  expect(facts.at(-1)).toMatchObject({ rate: expect.stringContaining('fixed by the operator') })
  expect(await checkLedger(core.db)).toMatchObject({
    balanced: true,
    findings: [],
    confirmedMicroUsd: '1700000',
    paidMicroUsd: '850000',
    paidLamports: '4250000',
  })
  await during((pass) => pass(30))
  expect(await world.balance(address)).toBe(4_250_000n)
})

test('less than the operator’s threshold waits until it is more', async () => {
  const address = newAddress()
  await earningNode(address, 1_000_000n, 'job-1')
  await during((pass) => pass(20), { payoutThresholdLamports: 4_250_001 })
  expect(await world.balance(address)).toBe(0n)
  await during((pass) => pass(60), { payoutThresholdLamports: 4_250_000 })
  expect(await world.balance(address)).toBe(4_250_000n)
})

test('while the address of a node is about to change nothing leaves by itself, and what waited leaves once its owner keeps the one there is', async () => {
  const [home, other] = [newAddress(), newAddress()]
  const nodeId = await earningNode(home, 1_000_000n, 'job-1')
  await core.parts.nodes.own.payTo(nodeId, other)
  await during((pass) => pass(30))
  expect([await world.balance(home), await world.balance(other)]).toEqual([0n, 0n])
  await core.parts.wallets.keep(nodeId)
  await during((pass) => pass(60))
  expect([await world.balance(home), await world.balance(other)]).toEqual([4_250_000n, 0n])
})

test('the log’s root is put on chain once an epoch, and receipts carry it from then on', async () => {
  const { db, clock } = core
  const issuer = createReceiptIssuer({ receiptSigner, logSigner, clock, ids: createIds(clock) })
  const issue = async (job: number) => {
    const input = await inputFor(job)
    return issueOne(db, issuer, input)
  }
  const { receiptId } = await issue(1)
  await during(async (pass) => {
    await pass(30)
    const { anchor } = await bundleOf(db, receiptId)
    expect(anchor).toMatchObject({ cluster: 'localnet', memo: expect.stringMatching(/^windfall:log\/1:.*:n=1:/) })
    const later = await issue(2)
    await pass(20)
    expect((await bundleOf(db, later.receiptId)).anchor).toBeNull()
    await pass(60)
    expect((await bundleOf(db, later.receiptId)).anchor).toMatchObject({ memo: expect.stringContaining(':n=2:') })
  })
  const memos = (await rpc<{ memo: string | null }[]>(world.node, 'getSignaturesForAddress', world.wallet.address)).filter(({ memo }) =>
    memo?.includes('windfall:log/1'),
  )
  expect(memos).toHaveLength(2)
})

test('a database that fails for a moment delays an anchor and stops nothing', async () => {
  const address = newAddress()
  await earningNode(address, 1_000_000n, 'job-1')
  await core.db.schema.alterTable('anchor').renameTo('elsewhere').execute()
  await during((pass) => pass(60))
  expect(await world.balance(address)).toBe(lamports(4_250_000n))
})
