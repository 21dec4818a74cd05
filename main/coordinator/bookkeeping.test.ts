import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { allRows, ownRows } from '../../shared/domain/viewer.fake.ts'
import { testReceiptKey } from '../../shared/domain/receipt-bundle.fake.ts'
import { WindfallError } from '../../shared/errors.ts'
import { lamports, microUsd } from '../../shared/units.ts'
import { type BookkeepingDeps, createBookkeeping } from './bookkeeping.ts'
import { type TestCore, OPERATOR, startTestCore } from './core.fake.ts'
import { createCrediting } from './crediting.ts'
import { issueCredits } from './ledger/crediting.ts'
import { reserveForJob, settleJob, treasuryDeposit } from './ledger/entries.ts'
import { book } from './ledger/ledger.ts'
import { deposit } from './ledger/requester-money.ts'
import { transact } from './persistence/database.ts'
import { createAnchorsStore } from './receipts/anchors.store.ts'

const NODE = 'N'.repeat(43)
let core: TestCore
beforeEach(async () => {
  core = await startTestCore()
  const opened = core
  onTestFinished(() => opened[Symbol.asyncDispose]())
})

const books = (changes: Partial<BookkeepingDeps> = {}) =>
  createBookkeeping({
    ...core,
    signer: testReceiptKey,
    holdings: async () => [],
    checkVaults: async () => [],
    shutdown: new AbortController().signal,
    microUsdPerEur: 1_080_000n,
    ...changes,
  })

const unreachable = async () => Promise.reject(new WindfallError('chain.unavailable', 'Nobody answers.'))

const RECEIPT = { nodeId: NODE, isMeasured: true }
/** Three receipts: one that saved a kilogram, one of modelled figures, one that made it worse. */
const issueThree = () =>
  transact(core.db, (tx) =>
    issueCredits(
      tx,
      [
        { ...RECEIPT, receiptId: 'good', attributedSavingG: 1_000, leafIndex: 0 },
        { ...RECEIPT, receiptId: 'modelled', attributedSavingG: 100, leafIndex: 1, isMeasured: false },
        { ...RECEIPT, receiptId: 'worse', attributedSavingG: -5, leafIndex: 2 },
      ],
      core.clock.now(),
    ),
  )

async function anchorAll(): Promise<void> {
  await core.db.insertInto('tree_head').values({ tree_size: 3, log_id: 'l', root_hash: 'r', at: 1, envelope: '{}' }).execute()
  const anchors = createAnchorsStore(core.db)
  await anchors.plan({ treeSize: 3, memo: 'memo', plannedAt: 1 })
  await anchors.complete({ memo: 'memo', cluster: 'localnet', signature: 's' }, 2)
}

const credits = async () => (await books().own.balances(NODE)).credits

test('a receipt’s saving is worth €0.025 per kilogram, 70 % of it the node’s: pending until the receipt is anchored and its figures are measured', async () => {
  await issueThree()
  const crediting = createCrediting({ ...core, onFailure: (message) => expect.fail(message) })
  expect(await crediting.verify()).toBe(0)
  expect(await credits()).toEqual({ pending: String(17_500 + 1_750), verified: '0', redeemed: '0' })
  await anchorAll()
  expect([await crediting.verify(), await crediting.verify()]).toEqual([1, 0])
  expect(await credits()).toEqual({ pending: '1750', verified: '17500', redeemed: '0' })
  const { transactions } = await books().own.entries(NODE, 'receipt:good')
  expect(transactions.map(({ kind, transfers }) => [kind, transfers.map(({ to, amount }) => [to, amount])])).toEqual([
    [
      'credit',
      [
        ['node:' + NODE + ':credits-pending', '17500'],
        ['community:fund:credits-pending', '7500'],
      ],
    ],
    [
      'credit-verified',
      [
        ['node:' + NODE + ':credits-verified', '17500'],
        ['community:fund:credits-verified', '7500'],
      ],
    ],
  ])
  expect(await books().check()).toMatchObject({ balanced: true, findings: [] })
})

test('verified credits are redeemed once, at a rate that is written down, out of what the platform has earned', async () => {
  await issueThree()
  await anchorAll()
  await createCrediting({ ...core, onFailure: (message) => expect.fail(message) }).verify()
  const redeem = (microEur: string, changes: Partial<BookkeepingDeps> = {}, redemptionId = 'one') => books(changes).own.redeem(NODE, { redemptionId, microEur })
  await expect(redeem('10000', { microUsdPerEur: null })).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining('do not expire') })
  await expect(redeem('10000')).rejects.toMatchObject({ code: 'funds.insufficient' })
  const job = { jobId: 'j', requesterId: 'r', at: core.clock.now() }
  const price = microUsd(1_000_000n)
  await transact(core.db, async (tx) => {
    await deposit(tx, { id: 'd', requesterId: 'r', amount: price, at: 1 })
    await book(tx, reserveForJob({ ...job, amount: price }))
    await book(tx, settleJob({ ...job, reserved: price, parts: [{ nodeId: 'other', price }] }))
  })
  await expect(redeem('17501')).rejects.toMatchObject({ code: 'funds.insufficient' })
  await expect(redeem('0')).rejects.toMatchObject({ code: 'input.invalid' })
  for (let times = 0; times < 2; times += 1)
    expect(await redeem('10000')).toMatchObject({ confirmedMicroUsd: '10800', credits: { verified: '7500', redeemed: '10000' } })
  const { transactions } = await books().own.entries(NODE, `transaction:redeem:${NODE}:one`)
  expect(transactions[0]?.note).toMatch(/^1 EUR = 1\.080000 USD, fixed by the operator, 20/)
  expect(await books().check()).toMatchObject({ balanced: true, findings: [] })
  expect(await core.decided('credits.redeemed')).toHaveLength(1)
})

test('credits of the community fund are spent once, on a purpose that stays in the books', async () => {
  await issueThree()
  await anchorAll()
  await createCrediting({ ...core, onFailure: (message) => expect.fail(message) }).verify()
  const order = { redemptionId: 'wood-1', microEur: '4000', purpose: 'Trees at the school, paid to its parents’ club.' }
  const spend = (changes: Partial<typeof order> = {}, rate: bigint | null = 1_080_000n) =>
    books({ microUsdPerEur: rate }).orders.redeemCommunity(OPERATOR, { ...order, ...changes })
  await expect(spend({}, null)).rejects.toMatchObject({ code: 'conflict' })
  await expect(spend()).rejects.toMatchObject({ code: 'funds.insufficient', message: expect.stringContaining('platform has not earned') })
  const job = { jobId: 'j', requesterId: 'r', at: core.clock.now() }
  const price = microUsd(1_000_000n)
  await transact(core.db, async (tx) => {
    await deposit(tx, { id: 'd', requesterId: 'r', amount: price, at: 1 })
    await book(tx, reserveForJob({ ...job, amount: price }))
    await book(tx, settleJob({ ...job, reserved: price, parts: [{ nodeId: 'other', price }] }))
  })
  await expect(spend({ microEur: '7501' })).rejects.toMatchObject({
    code: 'funds.insufficient',
    message: expect.stringContaining('€0.007500 of credits are verified'),
  })
  const after = { credits: { pending: '750', verified: '3500', redeemed: '4000' }, spentMicroUsd: '4320', creditRate: { microUsdPerEur: '1080000' } }
  for (let times = 0; times < 2; times += 1) expect(await spend()).toMatchObject(after)
  for (const other of [{ microEur: '1' }, { purpose: 'A party.' }]) await expect(spend(other)).rejects.toMatchObject({ code: 'conflict' })
  expect(await books().community()).toMatchObject(after)
  const { transactions } = await books().entries(ownRows('ada'), 'transaction:redeem-community:wood-1')
  expect(transactions).toEqual([])
  expect((await books().entries(allRows(), 'transaction:redeem-community:wood-1')).transactions[0]).toMatchObject({
    note: expect.stringMatching(/^Trees at the school.* \(1 EUR = 1\.080000 USD, fixed by the operator, 20/),
    transfers: [{ amount: '4000' }, { from: 'platform:revenue', amount: '4320' }, { to: 'external:community', amount: '4320' }],
  })
  expect(await books().check()).toMatchObject({ balanced: true, findings: [] })
  expect(await core.decided('credits.community-redeemed')).toEqual([{ ...order, microUsdPerEur: '1080000', by: OPERATOR }])
})

test('the books are held against the hot wallet, and what has just arrived has a moment to be booked', async () => {
  const address = '1'.repeat(32)
  const arrive = () => transact(core.db, (tx) => book(tx, treasuryDeposit({ signature: 's', lamports: lamports(500n), at: 1 })))
  const holding = (onChain: bigint) => async () => [{ asset: 'lamports' as const, address, onChain, underWay: 0n }]
  const clock = { now: core.clock.now, sleep: async () => (await arrive()) === 'booked' }
  expect(await books({ holdings: holding(500n), clock }).check()).toMatchObject({
    balanced: true,
    chain: [{ asset: 'lamports', onChain: '500', inBooks: '500', underWay: '0' }],
  })
  const { balanced, findings } = await books({ holdings: holding(499n), clock: { ...clock, sleep: async () => true } }).check()
  expect([balanced, findings]).toEqual([false, [expect.stringMatching(/holds 499 lamports; the books say 500/)]])
  expect(await books({ holdings: unreachable }).check()).toMatchObject({ balanced: true, chain: null })
})
