import { mkdtempSync, readFileSync, rmSync, statSync, chmodSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { ComputeBudgetProgram, PublicKey, SystemProgram, VersionedTransaction } from '@solana/web3.js'
import { afterEach, expect, test } from 'vitest'
import { fromBase58, toBase58 } from '../../shared/domain/base58.ts'
import { decodeMessage } from '../../shared/domain/solana-transaction.ts'
import { lamports } from '../../shared/units.ts'
import { createFakeClock } from '../kernel/clock.fake.ts'
import { verifySignature } from '../kernel/signing.ts'
import { assemble } from './chain.ts'
import { clusterOf, requirePayable } from './cluster.ts'
import { computeLimitInstruction, memoInstruction, transferInstruction } from './instructions.ts'
import { meaningOf } from './meaning.ts'
import { createRpcFetch } from './rpc-fetch.ts'
import { createSolanaChain } from './solana.ts'
import { loadWallet } from './wallet.ts'

const key = (seed: number) => toBase58(new Uint8Array(32).fill(seed))
const directory = mkdtempSync(join(tmpdir(), 'windfall-wallet-'))
afterEach(() => rmSync(directory, { recursive: true, force: true }))

test('web3.js is version 1: another major is another library, and `latest` may well be one', () => {
  const manifest = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8')) as { dependencies: Record<string, string> }
  const installed = JSON.parse(readFileSync(join(import.meta.dirname, '../../node_modules/@solana/web3.js/package.json'), 'utf8')) as { version: string }
  expect(manifest.dependencies['@solana/web3.js']).toMatch(/^1\.\d+\.\d+$/)
  expect(installed.version).toBe(manifest.dependencies['@solana/web3.js'])
})

test('instructions made by hand are byte for byte those of web3.js', () => {
  const theirs = SystemProgram.transfer({ fromPubkey: new PublicKey(key(1)), toPubkey: new PublicKey(key(2)), lamports: 9_007_199_254_740_993n })
  const ours = transferInstruction(key(1), key(2), lamports(9_007_199_254_740_993n))
  expect(ours.data).toEqual(new Uint8Array(theirs.data))
  expect(ours.program).toBe(theirs.programId.toBase58())
  expect(ours.accounts).toEqual(theirs.keys.map(({ pubkey, isSigner, isWritable }) => ({ address: pubkey.toBase58(), signer: isSigner, writable: isWritable })))
  expect(computeLimitInstruction(123_456).data).toEqual(new Uint8Array(ComputeBudgetProgram.setComputeUnitLimit({ units: 123_456 }).data))
})

test('a transfer of nothing, of too much, or to something that is no address is refused', () => {
  expect(() => transferInstruction(key(1), key(2), lamports(0n))).toThrow(RangeError)
  expect(() => transferInstruction(key(1), key(2), lamports(1n << 64n))).toThrow(RangeError)
  expect(() => transferInstruction(key(1), 'abc', lamports(1n))).toThrow(RangeError)
})

test('what is compiled can be read back, by other code', () => {
  const { compile } = createSolanaChain({ url: 'http://127.0.0.1:1' })
  const message = compile(key(1), [computeLimitInstruction(7_000), transferInstruction(key(1), key(2), lamports(5n)), memoInstruction('grün', key(1))], key(9))
  const decoded = decodeMessage(message)
  expect(decoded).toMatchObject({ version: 0, requiredSignatures: 1, recentBlockhash: key(9) })
  expect(decoded.instructions.map((one) => meaningOf(one, decoded.keys))).toEqual([
    { does: 'limit', units: 7_000 },
    { does: 'transfer', from: key(1), to: key(2), amount: 5n },
    { does: 'memo', text: 'grün' },
  ])
  expect(VersionedTransaction.deserialize(assemble(message)).message.staticAccountKeys[0]?.toBase58()).toBe(key(1))
})

test('mainnet is refused unless the operator says so; any unknown cluster is local', () => {
  const mainnet = '5eykt4UsFv8P8NJdTREpY1vzqKqZKvdpKuc147dw2N9d'
  expect(() => requirePayable(mainnet, { allowMainnet: false })).toThrow(expect.objectContaining({ code: 'config.invalid' }))
  expect(requirePayable(mainnet, { allowMainnet: true })).toBe('mainnet-beta')
  expect(requirePayable(key(5), { allowMainnet: false })).toBe('localnet')
  expect(clusterOf('EtWTRABZaYq6iMfeYKouRu166VU2xqa1wcaWoxPkrZBG')).toBe('devnet')
})

test('a wallet is made once, is private, and signs with the key its address stands for', async () => {
  const file = join(directory, 'keys', 'hot-wallet.pem')
  const wallet = loadWallet(file)
  expect(loadWallet(file).address).toBe(wallet.address)
  expect(statSync(file).mode & 0o077).toBe(0)
  const message = new TextEncoder().encode('pay')
  const x = Buffer.from(fromBase58(wallet.address)).toString('base64url')
  expect(verifySignature({ kty: 'OKP', crv: 'Ed25519', x }, message, await wallet.sign(message))).toBe(true)
  chmodSync(file, 0o644)
  expect(() => loadWallet(file)).toThrow(expect.objectContaining({ code: 'config.invalid' }))
  chmodSync(file, 0o600)
  chmodSync(dirname(file), 0o750)
  expect(() => loadWallet(file)).toThrow(expect.objectContaining({ code: 'config.invalid', message: expect.stringContaining('chmod 700') }))
  chmodSync(dirname(file), 0o700)
  expect(loadWallet(file).address).toBe(wallet.address)
})

const rpcCall = (method: string) => ({ method: 'POST', body: JSON.stringify({ method }).replace('{', '{"jsonrpc":"2.0",') })

test('a provider that turns us away is asked again, a few times, and then the chain is unavailable', async () => {
  const clock = createFakeClock()
  let calls = 0
  const fetch = createRpcFetch({
    clock,
    timeoutMs: 1_000,
    tries: 3,
    pauseMs: 100,
    random: () => 1,
    fetch: async () => new Response('', { status: ++calls < 3 ? 429 : 200 }),
  })
  const answer = fetch('http://rpc', rpcCall('getSlot'))
  await clock.advance(300)
  expect((await answer).status).toBe(200)
  const always = createRpcFetch({ clock, timeoutMs: 1_000, tries: 3, pauseMs: 100, random: () => 1, fetch: async () => new Response('', { status: 503 }) })
  const refused = expect(always('http://rpc', rpcCall('getSlot'))).rejects.toMatchObject({ code: 'chain.unavailable' })
  await clock.advance(300)
  await refused
})

test('a provider that never answers is given up on', async () => {
  const clock = createFakeClock()
  const stuck = createRpcFetch({
    clock,
    timeoutMs: 1_000,
    tries: 1,
    pauseMs: 100,
    random: () => 1,
    fetch: (_url, init) => new Promise((_resolve, reject) => init?.signal?.addEventListener('abort', () => reject(init.signal?.reason as Error))),
  })
  const refused = expect(stuck('http://rpc', rpcCall('getSlot'))).rejects.toThrow('no answer within 1000 ms')
  await clock.advance(1_000)
  await refused
})

test('a transaction is never sent twice by the transport', async () => {
  const clock = createFakeClock()
  let calls = 0
  const fetch = createRpcFetch({
    clock,
    timeoutMs: 1_000,
    tries: 3,
    pauseMs: 100,
    random: () => 1,
    fetch: async () => {
      calls++
      throw new Error('connection reset')
    },
  })
  await expect(createSolanaChain({ url: 'http://127.0.0.1:1', clock, fetch, tries: 3 }).send(new Uint8Array(70))).rejects.toMatchObject({
    code: 'chain.unavailable',
  })
  expect(calls).toBe(1)
})
