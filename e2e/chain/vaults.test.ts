/** A protected job, from the vault that is agreed on to where its money went, over a chain in this process. */
import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { allRows, ownRows } from '../../shared/domain/viewer.fake.ts'
import { decodeTransaction } from '../../shared/domain/solana-transaction.ts'
import { fromBase58, toBase58 } from '../../shared/domain/base58.ts'
import { microUsd } from '../../shared/units.ts'
import { type Chain, assembleSigned } from '../../main/chain/chain.ts'
import { tokenTransferInstruction } from '../../main/chain/tokens.ts'
import type { Wallet } from '../../main/chain/wallet.ts'
import { OPERATOR, REQUESTER, type TestCore, startTestCore } from '../../main/coordinator/core.fake.ts'
import { createJobMoney } from '../../main/coordinator/job-money.ts'
import { LOSSES } from '../../main/coordinator/ledger/accounts.ts'
import { createLedgerStore } from '../../main/coordinator/ledger/ledger.store.ts'
import { checkLedger } from '../../main/coordinator/ledger/check.ts'
import { decideDispute, openDispute } from '../../main/coordinator/ledger/disputes.ts'
import { viewMoney } from '../../main/coordinator/ledger/requester-money.ts'
import { bookDeposits } from '../../main/coordinator/payouts/deposits.ts'
import { transact } from '../../main/coordinator/persistence/database.ts'
import { createVaulting } from '../../main/coordinator/vaulting.ts'
import { createIds } from '../../main/kernel/ids.ts'
import { createSigner, generateKeyPem } from '../../main/kernel/signing.ts'
import { inProcessChain, rpc, ticks } from './in-process.ts'
import { type World, createWorld } from './payout-world.ts'
import { type Usdc, issueUsdc } from './usdc.ts'

const JOB = 'render-1'
const WHOLE = 5_000_000n

function createKey() {
  const signer = createSigner(generateKeyPem())
  return { address: toBase58(Buffer.from(signer.publicJwk.x, 'base64url')), sign: signer.sign }
}

let world: World
let core: TestCore
let usdc: Usdc
let requester: ReturnType<typeof createKey>
let arbiter: ReturnType<typeof createKey>
let failures: string[]
beforeEach(async () => {
  world = await createWorld()
  core = await startTestCore({
    changes(_, { clock, ids }) {
      const { settle, accrue, ...rest } = createJobMoney(clock, ids)
      return { money: rest, settle, accrue }
    },
  })
  usdc = await issueUsdc(world.node, world.chain)
  ;[requester, arbiter, failures] = [createKey(), createKey(), []]
  for (const { address } of [requester, arbiter]) await rpc(world.node, 'requestAirdrop', address, 1_000_000_000)
  await usdc.give(requester.address, 20_000_000n)
})
afterEach(async () => {
  await core[Symbol.asyncDispose]()
  await world.close()
})

const vaulting = (change: (chain: Chain) => Chain = (chain) => chain, wallet: Wallet = world.wallet) =>
  createVaulting({
    config: { arbiter: arbiter.address, usdcMint: usdc.token.mint },
    db: core.db,
    loopDb: core.db,
    chain: change(inProcessChain(world.node, core.clock)),
    wallet,
    cluster: 'localnet',
    clock: core.clock,
    decide: core.decide,
    onFailure: (message) => failures.push(message),
  })
type Vaulting = ReturnType<typeof vaulting>

const money = () => createJobMoney(core.clock, createIds(core.clock))
const show = async (running: Vaulting) => running.calls.show(ownRows(REQUESTER), JOB)

/** Lets slots pass, and the coordinator look, twice. */
async function pass(running: Vaulting, slots = 12): Promise<void> {
  for (let look = 0; look < 2; look++) {
    ticks(world.node, slots)
    const stop = new AbortController()
    stop.abort()
    await running.run(stop.signal)
  }
}

const open = (running: Vaulting, jobId = JOB) => running.calls.open(REQUESTER, { jobId, wallet: requester.address, microUsd: String(WHOLE) })

async function signNext(running: Vaulting, by: 'requester' | 'arbiter' = 'requester') {
  const { message } = await running.calls.plan(by === 'requester' ? ownRows(REQUESTER) : allRows(), { jobId: JOB, by })
  const signature = toBase58(await { requester, arbiter }[by].sign(Buffer.from(message, 'base64')))
  const order = { jobId: JOB, by, message, signature }
  return { order, view: await running.calls.sign(by === 'requester' ? ownRows(REQUESTER) : allRows(), order) }
}

async function fund(running: Vaulting): Promise<void> {
  await open(running)
  await signNext(running)
  await pass(running)
  expect((await show(running)).state).toBe('funded')
}

/** What two of the three can always do, whatever the coordinator knows. */
async function takeTogether(account: string, multisig: string, amount = WHOLE): Promise<void> {
  const signers = [requester.address, arbiter.address]
  const taking = tokenTransferInstruction({ from: account, to: usdc.accountOf(requester.address), authority: multisig, amount, signers }, usdc.token)
  const message = world.chain.compile(requester.address, [taking], (await world.chain.latestBlockhash()).blockhash)
  await world.chain.send(assembleSigned(message, [await requester.sign(message), await arbiter.sign(message)]))
  ticks(world.node, 12)
}

const reserve = (amount = WHOLE) => transact(core.db, (tx) => money().reserve(tx, [{ requesterId: REQUESTER, jobId: JOB, microUsd: microUsd(amount) }]))
const settle = (price: bigint) =>
  transact(core.db, (tx) =>
    money().settle(tx, {
      requesterId: REQUESTER,
      jobId: JOB,
      isCompared: false,
      parts: [{ nodeId: 'node-1', priceMicroUsd: microUsd(price), paidBy: 'requester' as const }],
    }),
  )
const balanced = async () => expect((await checkLedger(core.db)).findings).toEqual([])
const wallets = () => ({ requester: usdc.balance(requester.address), coordinator: usdc.balance(world.wallet.address) })

test('a job is paid out of its vault: partial work is paid, the rest comes back, and the books follow', async () => {
  const running = vaulting()
  expect(await open(running)).toMatchObject({ state: 'waiting', dueMicroUsdc: '5000000', heldMicroUsdc: '0' })
  expect(await open(running)).toMatchObject({ state: 'waiting' })
  await expect(reserve()).rejects.toMatchObject({ code: 'funds.insufficient', message: expect.stringContaining('windfall vault show render-1') })
  await signNext(running)
  await pass(running)
  expect(await show(running)).toMatchObject({ state: 'funded', heldMicroUsdc: '5000000', freeMicroUsd: '5000000' })
  await reserve()
  await expect(running.calls.plan(ownRows(REQUESTER), { jobId: JOB, by: 'requester' })).rejects.toThrow('goes on')
  await settle(1_500_000n)
  await balanced()
  const { order, view } = await signNext(running)
  expect(view).toMatchObject({ state: 'releasing', release: { by: 'requester', paidMicroUsdc: '1500000', returnedMicroUsdc: '3500000' } })
  expect(await running.calls.sign(ownRows(REQUESTER), order)).toEqual(view)
  await pass(running)
  expect(await show(running)).toMatchObject({ state: 'released', heldMicroUsdc: '0', freeMicroUsd: '0' })
  expect(wallets()).toEqual({ requester: 18_500_000n, coordinator: 1_500_000n })
  await running.calls.sign(ownRows(REQUESTER), order)
  await expect(signNext(running)).rejects.toMatchObject({ code: 'conflict' })
  await pass(running)
  expect(wallets()).toEqual({ requester: 18_500_000n, coordinator: 1_500_000n })
  expect((await viewMoney(core.db, REQUESTER)).balanceMicroUsd).toBe('0')
  const hotWallet = world.deps({ db: core.db, usdc: usdc.token })
  await bookDeposits(hotWallet, new Map())
  expect(await transact(core.db, (tx) => hotWallet.books.usdcTreasury(tx))).toBe(1_500_000n)
  expect(await core.decided('vault.released')).toHaveLength(1)
  await balanced()
  expect(failures).toEqual([])
})

test.each([
  ['all of it is paid for a job that came to all of it', WHOLE],
  ['all of it comes back for a job that came to nothing', 0n],
])('%s', async (_, price) => {
  const running = vaulting()
  await fund(running)
  await reserve()
  await (price === 0n ? transact(core.db, (tx) => money().release(tx, { requesterId: REQUESTER, jobId: JOB })) : settle(price))
  await signNext(running)
  await pass(running)
  expect((await show(running)).state).toBe('released')
  expect(wallets()).toEqual({ requester: 20_000_000n - price, coordinator: price })
  await balanced()
})

test('a dispute holds the vault until it is decided, and the arbiter signs in place of the requester', async () => {
  const running = vaulting()
  await fund(running)
  await reserve()
  await settle(4_000_000n)
  const at = core.clock.now()
  await transact(core.db, (tx) => openDispute(tx, { jobId: JOB, amount: null, reason: 'a black frame', at }))
  await expect(running.calls.plan(allRows(), { jobId: JOB, by: 'arbiter' })).rejects.toThrow('dispute')
  await transact(core.db, (tx) => decideDispute(tx, { jobId: JOB, inFavourOf: 'requester', reason: 'it is black', at }))
  await signNext(running, 'arbiter')
  await pass(running)
  expect(await show(running)).toMatchObject({ state: 'released', release: { by: 'arbiter', paidMicroUsdc: '0', returnedMicroUsdc: '5000000' } })
  expect(wallets()).toEqual({ requester: 20_000_000n, coordinator: 0n })
  await balanced()
})

test('a job waits for its vault, is taken once that is funded, and what it did not cost can be had back when it is cancelled', async () => {
  const running = vaulting()
  await open(running)
  await expect(core.submit(JOB)).rejects.toMatchObject({ code: 'funds.insufficient' })
  await signNext(running)
  await pass(running)
  await core.submit(JOB)
  expect(await show(running)).toMatchObject({ heldMicroUsdc: '5000000', freeMicroUsd: '4000000' })
  await core.jobs.cancel(REQUESTER, JOB)
  await expect(open(running, 'another')).resolves.toMatchObject({ state: 'waiting' })
  await signNext(running)
  await pass(running)
  expect(await show(running)).toMatchObject({ state: 'released', release: { paidMicroUsdc: '0', returnedMicroUsdc: '5000000' } })
  await balanced()
})

test('of two who sign at the same time one is taken, and a vault of a wallet that is no longer there is not signed for', async () => {
  const running = vaulting()
  await fund(running)
  const both = await Promise.allSettled([signNext(running, 'requester'), signNext(running, 'arbiter')])
  expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
  await pass(running)
  expect(wallets()).toEqual({ requester: 20_000_000n, coordinator: 0n })
  await balanced()
  await running.calls.open(REQUESTER, { jobId: 'second', wallet: requester.address, microUsd: String(WHOLE) })
  await core.clock.advance(86_400_000)
  await pass(running)
  const moved = vaulting((chain) => chain, createKey())
  await expect(moved.calls.plan(ownRows(REQUESTER), { jobId: 'second', by: 'requester' })).rejects.toThrow('no longer signs with')
})

test('nobody empties a vault alone, and the coordinator signs nothing that was not planned', async () => {
  const running = vaulting()
  await fund(running)
  const { account, multisig } = await show(running)
  const { blockhash } = await world.chain.latestBlockhash()
  const alone = (signers: readonly string[]) =>
    tokenTransferInstruction({ from: account, to: usdc.accountOf(requester.address), authority: multisig, amount: WHOLE, signers }, usdc.token)
  const byOne = world.chain.compile(requester.address, [alone([requester.address])], blockhash)
  const taken = await world.chain.send(assembleSigned(byOne, [await requester.sign(byOne)]))
  ticks(world.node, 12)
  expect((await world.chain.statuses([taken]))[0]?.err).toContain('MissingRequiredSignature')
  expect(await running.check()).toEqual([])
  const other = world.chain.compile(requester.address, [alone([requester.address, world.wallet.address])], blockhash)
  const order = { jobId: JOB, by: 'requester' as const, message: Buffer.from(other).toString('base64'), signature: toBase58(await requester.sign(other)) }
  await expect(running.calls.sign(ownRows(REQUESTER), order)).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringContaining('not what is to be signed'),
  })
  const garbage = randomBytes(40).toString('base64')
  await expect(running.calls.sign(ownRows(REQUESTER), { ...order, message: garbage })).rejects.toMatchObject({ code: 'input.invalid' })
  const { message } = await running.calls.plan(ownRows(REQUESTER), { jobId: JOB, by: 'requester' })
  const forged = toBase58(await arbiter.sign(Buffer.from(message, 'base64')))
  await expect(running.calls.sign(ownRows(REQUESTER), { ...order, message, signature: forged })).rejects.toMatchObject({ code: 'auth.refused' })
  await expect(running.calls.show(ownRows('somebody'), JOB)).rejects.toMatchObject({ code: 'not-found' })
  expect(await show(running)).toMatchObject({ state: 'funded', heldMicroUsdc: '5000000' })
})

test('if requester and arbiter empty a vault past the coordinator, the check of the books finds it, and nothing more is signed', async () => {
  const running = vaulting()
  await fund(running)
  const { account, multisig } = await show(running)
  await takeTogether(account, multisig)
  expect(await running.check()).toEqual([expect.stringContaining('0.000000 USDC; the books say 5.000000 USDC')])
  await expect(signNext(running)).rejects.toMatchObject({ code: 'conflict' })
})

test('what two took past the coordinator is written off by the operator: pay of a job is lost, the rest was the requester’s, and the books hold again', async () => {
  const running = vaulting()
  const writeOff = () => running.calls.writeOff(OPERATOR, { jobId: JOB, reason: 'Taken together, after the frames were delivered.' })
  await fund(running)
  await reserve()
  await expect(writeOff()).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining('goes on') })
  await settle(1_500_000n)
  await expect(writeOff()).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining('Nothing is missing') })
  const { account, multisig } = await show(running)
  await takeTogether(account, multisig)
  expect(await running.check()).toHaveLength(1)
  for (let times = 0; times < 2; times++) expect(await writeOff()).toMatchObject({ state: 'written-off', heldMicroUsdc: '0', freeMicroUsd: '0' })
  expect(await running.check()).toEqual([])
  const lost = await createLedgerStore(core.db).balanceOf(LOSSES, 'micro-usdc')
  expect(lost).toBe(1_500_000n)
  expect(await core.decided('vault.written-off')).toMatchObject([
    { jobId: JOB, missingMicroUsdc: '5000000', lostMicroUsdc: '1500000', leftMicroUsdc: '0', by: OPERATOR, reason: expect.stringContaining('delivered') },
  ])
  await expect(signNext(running)).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining('written off') })
  await balanced()
})

test('of a vault that was emptied in part what is missing is written off, and the rest is released as ever', async () => {
  const running = vaulting()
  await fund(running)
  await reserve()
  await settle(1_500_000n)
  const { account, multisig } = await show(running)
  await takeTogether(account, multisig, 4_000_000n)
  const reason = 'Taken together.'
  expect(await running.calls.writeOff(OPERATOR, { jobId: JOB, reason })).toMatchObject({ state: 'funded', heldMicroUsdc: '1000000', freeMicroUsd: '0' })
  expect(await createLedgerStore(core.db).balanceOf(LOSSES, 'micro-usdc')).toBe(500_000n)
  await signNext(running, 'arbiter')
  await pass(running)
  expect(await show(running)).toMatchObject({ state: 'released', release: { paidMicroUsdc: '1000000', returnedMicroUsdc: '0' } })
  await balanced()
})

test('a vault that is given up takes no job, and what arrives there all the same comes back', async () => {
  const running = vaulting()
  await open(running)
  const { message } = await running.calls.plan(ownRows(REQUESTER), { jobId: JOB, by: 'requester' })
  for (let times = 0; times < 2; times++) expect(await running.calls.cancel(ownRows(REQUESTER), JOB)).toMatchObject({ state: 'cancelled' })
  const bytes = Buffer.from(message, 'base64')
  await world.chain.send(assembleSigned(bytes, [await requester.sign(bytes)]))
  ticks(world.node, 12)
  await pass(running)
  expect((await show(running)).state).toBe('cancelled')
  await expect(reserve()).rejects.toMatchObject({ code: 'funds.insufficient' })
  await signNext(running)
  await pass(running)
  expect([(await show(running)).state, usdc.balance(requester.address)]).toEqual(['released', 20_000_000n])
  expect(await core.decided('vault.cancelled')).toEqual([{ jobId: JOB, requesterId: REQUESTER }])
  await balanced()
})

test('a release that was never sent is sent after a restart', async () => {
  const lost = vaulting((chain) => ({ ...chain, send: () => Promise.reject(new Error('lost')) }))
  await fund(vaulting())
  expect((await signNext(lost)).view.state).toBe('releasing')
  await pass(vaulting())
  expect((await show(lost)).state).toBe('released')
  expect(wallets()).toEqual({ requester: 20_000_000n, coordinator: 0n })
  await balanced()
})

test('a release that never lands leaves everything as it was, and can be signed again', async () => {
  const lost = vaulting((chain) => ({ ...chain, send: () => Promise.reject(new Error('lost')) }))
  const running = vaulting()
  await fund(running)
  expect((await signNext(lost)).view.state).toBe('releasing')
  await balanced()
  ticks(world.node, 170)
  await pass(running)
  expect(await show(running)).toMatchObject({ state: 'funded', heldMicroUsdc: '5000000', freeMicroUsd: '5000000', release: null })
  await signNext(running)
  await pass(running)
  expect((await show(running)).state).toBe('released')
  await balanced()
})

test('a vault that nobody pays into expires, and what arrives there later comes back', async () => {
  const running = vaulting()
  await open(running)
  const { message } = await running.calls.plan(ownRows(REQUESTER), { jobId: JOB, by: 'requester' })
  await core.clock.advance(86_400_000)
  await pass(running)
  expect((await show(running)).state).toBe('expired')
  await expect(reserve()).rejects.toMatchObject({ code: 'funds.insufficient' })
  await expect(running.calls.plan(ownRows(REQUESTER), { jobId: JOB, by: 'requester' })).rejects.toMatchObject({ code: 'conflict' })
  const bytes = Buffer.from(message, 'base64')
  await world.chain.send(assembleSigned(bytes, [await requester.sign(bytes)]))
  ticks(world.node, 12)
  expect(usdc.balance(requester.address)).toBe(15_000_000n)
  await signNext(running)
  await pass(running)
  expect([(await show(running)).state, usdc.balance(requester.address)]).toEqual(['released', 20_000_000n])
  await balanced()
})

test('what is signed fits into a transaction, and the address is the one that the wallet makes', async () => {
  const running = vaulting()
  const { multisig } = await open(running)
  const opening = await signNext(running)
  await pass(running)
  const releasing = await signNext(running)
  const bytes = [opening, releasing].map(({ order }) => Buffer.from(order.message, 'base64').length)
  expect(bytes[0]).toBeLessThan(700)
  expect((bytes[1] ?? 0) + 1 + 2 * 64).toBeLessThan(600)
  const raw = assembleSigned(Buffer.from(opening.order.message, 'base64'), [fromBase58(opening.order.signature)])
  expect(decodeTransaction(raw).message.keys).toContain(multisig)
})
