/** A requester pays in on Solana: from the request to the balance, over a chain in this process. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { allRows, ownRows } from '../../shared/domain/viewer.fake.ts'
import { fromBase58, toBase58 } from '../../shared/domain/base58.ts'
import type { DepositAsset } from '../../shared/contract/funding.ts'
import { lamports } from '../../shared/units.ts'
import { assemble } from '../../main/chain/chain.ts'
import { type Instruction, memoInstruction, transferInstruction } from '../../main/chain/instructions.ts'
import { createTokenAccountInstruction, tokenTransferInstruction } from '../../main/chain/tokens.ts'
import { OPERATOR, REQUESTER, type TestCore, startTestCore } from '../../main/coordinator/core.fake.ts'
import { createDepositing } from '../../main/coordinator/depositing.ts'
import { checkLedger } from '../../main/coordinator/ledger/check.ts'
import { viewMoney } from '../../main/coordinator/ledger/requester-money.ts'
import { coordinatorEvents } from '../../main/coordinator/events.ts'
import { createLogger } from '../../main/kernel/log.ts'
import { createSigner, generateKeyPem } from '../../main/kernel/signing.ts'
import { inProcessChain, rpc, ticks } from './in-process.ts'
import { type World, createWorld } from './payout-world.ts'
import { type Usdc, issueUsdc } from './usdc.ts'

let world: World
let core: TestCore
let usdc: Usdc
let payer: ReturnType<typeof createPayer>
let bytes = 0
beforeEach(async () => {
  world = await createWorld()
  core = await startTestCore()
  keepTime()
  usdc = await issueUsdc(world.node, world.chain)
  payer = createPayer()
  await rpc(world.node, 'requestAirdrop', payer.address, 10_000_000_000)
  await usdc.give(payer.address, 100_000_000n)
  bytes = 0
})
afterEach(async () => {
  await core[Symbol.asyncDispose]()
  await world.close()
})

/** Blocks bear the time of the chain's own clock. */
const keepTime = () => world.clock.jump(core.clock.now() - world.clock.now())

/** Fresh each time, and the same in every run. */
const random = (length: number) => Uint8Array.from({ length }, (_, at) => (at === 0 ? ++bytes : 7))

function depositing() {
  const { db, clock, decide } = core
  return createDepositing({
    config: { microUsdPerSol: 200_000_000n, usdcMint: usdc.token.mint },
    db,
    loopDb: db,
    chain: inProcessChain(world.node, clock),
    wallet: world.wallet,
    cluster: 'localnet',
    clock,
    random,
    decide,
    events: coordinatorEvents(createLogger('test', 'silent')),
  })
}

/** Runs what the coordinator runs for a while, with slots that pass. */
async function pass(running: ReturnType<typeof depositing>, seconds = 20): Promise<void> {
  const stop = new AbortController()
  const over = running.run(stop.signal)
  for (let second = 0; second < seconds; second++) {
    ticks(world.node, 3)
    await core.clock.advance(1_000)
    keepTime()
    // A look talks to the chain, which takes turns of the event loop but no time.
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate)
  }
  stop.abort()
  await core.clock.advance(0)
  await over
}

const withReferences = (instruction: Instruction, references: readonly string[]): Instruction => ({
  ...instruction,
  accounts: [...instruction.accounts, ...references.map((address) => ({ address, signer: false, writable: false }))],
})

function unitsOf(amount: string, decimals: number): bigint {
  const [whole = '0', part = ''] = amount.split('.')
  return BigInt(whole + part.padEnd(decimals, '0'))
}

/** A wallet that does what a Solana Pay address says, or a little else. */
function createPayer() {
  const signer = createSigner(generateKeyPem())
  const address = toBase58(Buffer.from(signer.publicJwk.x, 'base64url'))
  return {
    address,
    async pay(url: string, { factor = 1n, also = [] as readonly string[], mint = null as string | null } = {}): Promise<string> {
      const { pathname: recipient, searchParams } = new URL(url)
      const token = mint ?? searchParams.get('spl-token')
      const references = [searchParams.get('reference') ?? '', ...also]
      const amount = unitsOf(searchParams.get('amount') ?? '', token === null ? 9 : 6) * factor
      const transfers =
        token === null
          ? [transferInstruction(address, recipient, lamports(amount))]
          : [
              createTokenAccountInstruction(address, { owner: recipient, account: usdc.accountOf(recipient), mint: token }),
              tokenTransferInstruction({ from: usdc.accountOf(address), to: usdc.accountOf(recipient), authority: address, amount }, usdc.token),
            ]
      const last = transfers.at(-1)
      const instructions = [
        memoInstruction(searchParams.get('memo') ?? '', address),
        ...transfers.slice(0, -1),
        ...(last ? [withReferences(last, references)] : []),
      ]
      const { blockhash } = await world.chain.latestBlockhash()
      const message = world.chain.compile(address, instructions, blockhash)
      return world.chain.send(assemble(message, await signer.sign(message)))
    },
  }
}

const ask = (running: ReturnType<typeof depositing>, depositId: string, asset: DepositAsset = 'sol') =>
  running.calls.request(REQUESTER, { depositId, microUsd: '5000000', asset })
const balance = async () => (await viewMoney(core.db, REQUESTER)).balanceMicroUsd

test.each(['sol', 'usdc'] as const)('what a wallet pays in %s by the request is credited once it is final, once, at the recorded rate', async (asset) => {
  const running = depositing()
  const asked = await ask(running, 'd1', asset)
  expect(asked).toMatchObject({
    state: 'waiting',
    units: asset === 'sol' ? '25000000' : '5000000',
    rate: expect.stringContaining(asset === 'sol' ? '200' : '1 USDC'),
  })
  expect(fromBase58(asked.reference)).toHaveLength(32)
  expect(await ask(running, 'd1', asset)).toEqual(asked)
  const signature = await payer.pay(asked.url)
  ticks(world.node, 3)
  await pass(running, 1)
  expect([await balance(), (await running.calls.show(ownRows(REQUESTER), 'd1')).state]).toEqual(['0', 'waiting'])
  await pass(running)
  await pass(depositing())
  expect(await balance()).toBe('5000000')
  const view = await running.calls.show(ownRows(REQUESTER), 'd1')
  expect(view).toMatchObject({ state: 'credited', payments: [{ signature, state: 'credited', creditedMicroUsd: '5000000', reason: null }] })
  expect(await core.decided('deposit.credited')).toHaveLength(1)
  expect((await checkLedger(core.db)).findings).toEqual([])
})

test('a payment that is not what was asked for is held, and its operator decides', async () => {
  const running = depositing()
  const [more, later, ownToken] = [await ask(running, 'more'), await ask(running, 'later'), await ask(running, 'token')]
  await payer.pay(more.url, { factor: 2n })
  const wrong = await payer.pay(ownToken.url, { mint: usdc.token.mint })
  await pass(running)
  await core.clock.advance(1_800_000)
  keepTime()
  await payer.pay(later.url)
  await pass(running, 70)
  expect(await balance()).toBe('0')
  const { items } = await running.calls.list(allRows(), { of: 'everybody', state: 'held', after: null, limit: 10 })
  expect(Object.fromEntries(items.map(({ depositId, payments }) => [depositId, payments[0]?.reason]))).toEqual({
    later: expect.stringContaining('after its time'),
    more: '25000000 lamports were asked for.',
    token: expect.stringContaining('not paid in SOL'),
  })
  const signature = items.find(({ depositId }) => depositId === 'more')?.payments[0]?.signature ?? ''
  const order = { signature, decision: 'credit', reason: 'they meant it' } as const
  expect(await running.calls.decideHeld(OPERATOR, order)).toMatchObject({ state: 'credited' })
  expect(await running.calls.decideHeld(OPERATOR, order)).toMatchObject({ state: 'credited' })
  expect(await balance()).toBe('10000000')
  await expect(running.calls.decideHeld(OPERATOR, { ...order, decision: 'returned' })).rejects.toMatchObject({ code: 'conflict' })
  await expect(running.calls.decideHeld(OPERATOR, { ...order, signature: wrong })).rejects.toThrow('No rate was agreed')
  expect(await running.calls.decideHeld(OPERATOR, { ...order, signature: wrong, decision: 'returned' })).toMatchObject({ state: 'returned' })
})

test('one transaction that bears two references pays for one deposit', async () => {
  const running = depositing()
  const [first, second] = [await ask(running, 'first'), await ask(running, 'second')]
  await payer.pay(first.url, { also: [second.reference] })
  await pass(running)
  expect(await balance()).toBe('5000000')
  const states = await Promise.all(['first', 'second'].map(async (id) => (await running.calls.show(ownRows(REQUESTER), id)).state))
  expect(states.toSorted()).toEqual(['credited', 'waiting'])
})

test('amounts that are not worth it, ids that are taken and deposits of others are refused', async () => {
  const running = depositing()
  await expect(running.calls.request(REQUESTER, { depositId: 'd', microUsd: '999999', asset: 'sol' })).rejects.toThrow('$1.00')
  await ask(running, 'd')
  await expect(running.calls.request(REQUESTER, { depositId: 'd', microUsd: '6000000', asset: 'sol' })).rejects.toMatchObject({ code: 'conflict' })
  await expect(running.calls.show(ownRows('somebody'), 'd')).rejects.toMatchObject({ code: 'not-found' })
  await expect(running.calls.list(ownRows(REQUESTER), { of: 'everybody', state: null, after: null, limit: 5 })).rejects.toMatchObject({ code: 'auth.refused' })
  await core.clock.advance(2 * 86_400_000)
  await pass(running, 6)
  expect((await running.calls.show(ownRows(REQUESTER), 'd')).state).toBe('expired')
})
