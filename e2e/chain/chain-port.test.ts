import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { lamports } from '../../shared/units.ts'
import { toBase58 } from '../../shared/domain/base58.ts'
import { type Chain, assemble } from '../../main/chain/chain.ts'
import { type Instruction, computeLimitInstruction, memoInstruction, transferInstruction } from '../../main/chain/instructions.ts'
import { createSolanaChain, requestAirdrop } from '../../main/chain/solana.ts'
import type { Wallet } from '../../main/chain/wallet.ts'
import { createFakeClock } from '../../main/kernel/clock.fake.ts'
import { createSigner, generateKeyPem } from '../../main/kernel/signing.ts'
import { type Localnet, startLocalnet } from '../../main/localnet/localnet.ts'
import { newAddress } from './payout-world.ts'

// Over real HTTP; slots pass by hand.
let localnet: Localnet
let chain: Chain
let wallet: Wallet
const clock = createFakeClock()
const faults = { method: '' }

beforeAll(async () => {
  localnet = await startLocalnet({
    file: ':memory:',
    port: 0,
    clock,
    slotMs: 400,
    log: pino({ level: 'silent' }),
    chaos: { rpcError: (method) => (method === faults.method ? { code: -32_005, message: 'behind' } : null) },
  })
  chain = createSolanaChain({ url: localnet.url, clock })
  const signer = createSigner(generateKeyPem())
  wallet = { address: toBase58(Buffer.from(signer.publicJwk.x, 'base64url')), sign: signer.sign }
  await requestAirdrop({ url: localnet.url, clock }, wallet.address, 5_000_000_000n)
  ticks(40)
})
afterAll(() => localnet[Symbol.asyncDispose]())

const ticks = (count: number) => {
  for (let i = 0; i < count; i++) localnet.tick()
}
const sign = async (instructions: Instruction[]) => {
  const { blockhash } = await chain.latestBlockhash()
  const message = chain.compile(wallet.address, instructions, blockhash)
  return { message, raw: assemble(message, await wallet.sign(message)) }
}

test('who the cluster is', async () => {
  expect(await chain.genesisHash()).toBe(localnet.genesisHash)
})

test('heights: finalized is behind, and a hash is good for 150 blocks', async () => {
  const hash = await chain.latestBlockhash()
  const [processed, confirmed, finalized] = await Promise.all([chain.blockHeight('processed'), chain.blockHeight('confirmed'), chain.blockHeight('finalized')])
  expect([processed - confirmed, processed - finalized]).toEqual([2, 32])
  expect(hash.lastValidBlockHeight).toBe(confirmed + 150)
})

/** Heights come from a node five slots further than the one that answers the rest. */
const aheadWithHeights: typeof globalThis.fetch = async (input, init) => {
  const response = await fetch(input, init)
  if (typeof init?.body !== 'string' || !init.body.includes('getEpochInfo')) return response
  return new Response((await response.text()).replace(/"absoluteSlot":(\d+)/, (_, slot) => `"absoluteSlot":${Number(slot) + 5}`))
}

test('silence of a node that is behind the height another one gave is no answer', async () => {
  const spread = createSolanaChain({ url: localnet.url, clock, fetch: aheadWithHeights })
  expect(await spread.historyOf(newAddress(), { limit: 10 })).toEqual([])
  await spread.blockHeight('finalized')
  await expect(spread.historyOf(newAddress(), { limit: 10 })).rejects.toMatchObject({ code: 'chain.unavailable' })
  ticks(5)
  expect(await spread.historyOf(newAddress(), { limit: 10 })).toEqual([])
})

test('a payment: fee, simulation, status at each level, history, details', async () => {
  const to = newAddress()
  const { message, raw } = await sign([
    computeLimitInstruction(5_000),
    transferInstruction(wallet.address, to, lamports(2_000_000n)),
    memoInstruction('wf1:test', wallet.address),
  ])
  const fee = await chain.fee(message)
  expect(await chain.simulate(assemble(message))).toMatchObject({ err: null, blame: null })
  const before = (await chain.account(wallet.address))?.lamports ?? 0n
  const signature = await chain.send(raw)
  expect(await chain.send(raw)).toBe(signature)
  expect(await chain.statuses([signature])).toEqual([null])
  ticks(1)
  expect((await chain.statuses([signature]))[0]).toMatchObject({ level: 'processed', err: null })
  ticks(2)
  expect((await chain.statuses([signature]))[0]).toMatchObject({ level: 'confirmed' })
  expect(await chain.historyOf(to, { limit: 10 })).toEqual([])
  expect(await chain.transaction(signature)).toBeNull()
  ticks(32)
  expect((await chain.statuses([signature, signature]))[1]).toMatchObject({ level: 'finalized' })
  expect(await chain.historyOf(to, { limit: 10 })).toMatchObject([{ signature, err: null, memo: '[8] wf1:test' }])
  const landed = await chain.transaction(signature)
  expect(landed).toMatchObject({ err: null, fee, memos: ['wf1:test'] })
  expect(landed?.changes.get(to)).toBe(2_000_000n)
  expect(landed?.changes.get(wallet.address)).toBe(-2_005_000n)
  expect((await chain.account(wallet.address))?.lamports).toBe(before - 2_005_000n)
  expect(await chain.account(to)).toEqual({ lamports: 2_000_000n, owner: '11111111111111111111111111111111', executable: false })
})

test('a simulation names the recipient at fault', async () => {
  const dust = await sign([
    computeLimitInstruction(5_000),
    transferInstruction(wallet.address, newAddress(), lamports(2_000_000n)),
    transferInstruction(wallet.address, newAddress(), lamports(5_000n)),
  ])
  expect(await chain.simulate(dust.raw)).toMatchObject({ err: '{"InsufficientFundsForRent":{"account_index":2}}', blame: { account: 2 } })
  const system = await sign([computeLimitInstruction(5_000), transferInstruction(wallet.address, '11111111111111111111111111111111', lamports(2_000_000n))])
  expect((await chain.simulate(system.raw)).blame).not.toBeNull()
})

test('rent is asked for, not known', async () => {
  expect(await chain.minRent(0)).toBe(650_240n)
  expect(await chain.minRent(165)).toBe(1_488_440n)
})

test('accounts: none, and a program', async () => {
  expect(await chain.account(newAddress())).toBeNull()
  expect(await chain.account('TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA')).toMatchObject({ executable: true })
})

test('on the curve or not', () => {
  expect(chain.isOnCurve(wallet.address)).toBe(true)
  expect(chain.isOnCurve('2nBhEBYYvfaAe16UMNqRHre4YNSskvuYgx3M6E4JP1oD')).toBe(false)
})

test('the fee of a message whose hash has expired is not known', async () => {
  const { message } = await sign([memoInstruction('late', wallet.address)])
  ticks(160)
  expect(await chain.fee(message)).toBeNull()
})

test('an error of the node means that nothing is known', async () => {
  faults.method = 'getSignatureStatuses'
  await expect(chain.statuses([])).rejects.toMatchObject({ code: 'chain.unavailable' })
  faults.method = ''
})

test('two nodes cannot share a port', async () => {
  const port = Number(new URL(localnet.url).port)
  await expect(startLocalnet({ file: ':memory:', port, clock, slotMs: 400, log: pino({ level: 'silent' }) })).rejects.toMatchObject({ code: 'config.invalid' })
})

test('a web page cannot talk to the chain', async () => {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'getHealth' })
  const call = (headers: Record<string, string>) => fetch(localnet.url, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } })
  expect((await call({})).status).toBe(200)
  expect((await call({ origin: 'https://evil.example' })).status).toBe(403)
  expect((await fetch(localnet.url)).status).toBe(405)
})
