import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  AddressLookupTableProgram,
  Keypair,
  NONCE_ACCOUNT_LENGTH,
  NonceAccount,
  SystemProgram,
  type TransactionInstruction,
  TransactionMessage,
  VersionedTransaction,
} from '@solana/web3.js'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createFakeClock } from '../kernel/clock.fake.ts'
import { type LocalNode, openNode } from './localnet.ts'

let directory: string
let node: LocalNode
const clock = createFakeClock()
const open = () => openNode({ file: join(directory, 'chain.db'), clock })

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'windfall-localnet-'))
  node = open()
})
afterEach(() => {
  node[Symbol.dispose]()
  rmSync(directory, { recursive: true, force: true })
})

async function call<T>(method: string, ...params: unknown[]): Promise<T> {
  const reply = await node.rpc({ jsonrpc: '2.0', id: 1, method, params })
  if (Array.isArray(reply) || 'error' in reply) throw new Error(JSON.stringify(reply))
  return reply.result as T
}
const ticks = (count: number) => {
  for (let i = 0; i < count; i++) node.tick()
}
const balance = async (address: string, commitment: string) => (await call<{ value: bigint }>('getBalance', address, { commitment })).value
const funded = async () => {
  const keypair = Keypair.generate()
  await call('requestAirdrop', keypair.publicKey.toBase58(), 1_000_000_000)
  node.tick()
  return keypair
}
const build = (payer: Keypair, recentBlockhash: string, instructions: TransactionInstruction[], others: Keypair[] = []) => {
  const transaction = new VersionedTransaction(new TransactionMessage({ payerKey: payer.publicKey, recentBlockhash, instructions }).compileToV0Message())
  transaction.sign([payer, ...others])
  return Buffer.from(transaction.serialize()).toString('base64')
}
const recentHash = async () => (await call<{ value: { blockhash: string } }>('getLatestBlockhash', { commitment: 'processed' })).value.blockhash
const send = (raw: string) => call<string>('sendTransaction', raw, { encoding: 'base64', skipPreflight: true })
const statusOf = async (signature: string) =>
  (await call<{ value: unknown[] }>('getSignatureStatuses', [signature], { searchTransactionHistory: true })).value[0]
const reopen = () => {
  node[Symbol.dispose]()
  node = open()
}

test('after a restart: same identity, balances, history, nonces, and slots only go forward', async () => {
  const payer = await funded()
  const nonce = Keypair.generate()
  const { instructions } = SystemProgram.createNonceAccount({
    fromPubkey: payer.publicKey,
    noncePubkey: nonce.publicKey,
    authorizedPubkey: payer.publicKey,
    lamports: Number(await call('getMinimumBalanceForRentExemption', NONCE_ACCOUNT_LENGTH)),
  })
  const created = await send(build(payer, await recentHash(), instructions, [nonce]))
  const failed = await send(
    build(payer, await recentHash(), [SystemProgram.transfer({ fromPubkey: payer.publicKey, toPubkey: nonce.publicKey, lamports: 9e15 })]),
  )
  ticks(3)
  const nonceData = () => call<{ value: { data: [string] } }>('getAccountInfo', nonce.publicKey.toBase58(), { commitment: 'processed' })
  const seen = {
    genesis: node.genesisHash,
    balance: await balance(payer.publicKey.toBase58(), 'processed'),
    nonce: (await nonceData()).value,
    slot: await call<number>('getSlot', { commitment: 'processed' }),
  }
  reopen()
  expect(node.genesisHash).toBe(seen.genesis)
  expect(await balance(payer.publicKey.toBase58(), 'processed')).toBe(seen.balance)
  expect((await nonceData()).value).toEqual(seen.nonce)
  expect(await call('getSlot', { commitment: 'processed' })).toBeGreaterThanOrEqual(seen.slot)
  expect(await statusOf(created)).toMatchObject({ err: null })
  expect(await statusOf(failed)).toMatchObject({ err: { InstructionError: [0, { Custom: 1 }] } })
  expect(await call('getSignaturesForAddress', payer.publicKey.toBase58(), { commitment: 'confirmed' })).toHaveLength(3)
})

test('an address lookup table made before a restart is there after it', async () => {
  const payer = await funded()
  ticks(3)
  const recentSlot = await call<number>('getSlot', { commitment: 'confirmed' })
  const [create, table] = AddressLookupTableProgram.createLookupTable({ authority: payer.publicKey, payer: payer.publicKey, recentSlot })
  const signature = await send(build(payer, await recentHash(), [create]))
  ticks(2)
  expect(await statusOf(signature)).toMatchObject({ err: null })
  reopen()
  expect((await call<{ value: { owner: string } }>('getAccountInfo', table.toBase58(), { commitment: 'processed' })).value.owner).toBe(
    AddressLookupTableProgram.programId.toBase58(),
  )
})

test('what was signed before a restart lands once, before or after it', async () => {
  const payer = await funded()
  const to = Keypair.generate().publicKey
  const raw = build(payer, await recentHash(), [SystemProgram.transfer({ fromPubkey: payer.publicKey, toPubkey: to, lamports: 5_000_000 })])
  reopen()
  await send(raw)
  ticks(2)
  reopen()
  await send(raw)
  ticks(2)
  expect(await balance(to.toBase58(), 'processed')).toBe(5_000_000n)
})

test('a failing durable-nonce transaction moves its nonce', async () => {
  const payer = await funded()
  const nonce = Keypair.generate()
  const create = SystemProgram.createNonceAccount({
    fromPubkey: payer.publicKey,
    noncePubkey: nonce.publicKey,
    authorizedPubkey: payer.publicKey,
    lamports: 2_000_000,
  })
  await send(build(payer, await recentHash(), create.instructions, [nonce]))
  node.tick()
  const value = async () => {
    const { data } = (await call<{ value: { data: [string] } }>('getAccountInfo', nonce.publicKey.toBase58(), { commitment: 'processed' })).value
    return NonceAccount.fromAccountData(Buffer.from(data[0], 'base64')).nonce
  }
  const before = await value()
  ticks(200)
  const advance = SystemProgram.nonceAdvance({ noncePubkey: nonce.publicKey, authorizedPubkey: payer.publicKey })
  const signature = await send(
    build(payer, before, [advance, SystemProgram.transfer({ fromPubkey: payer.publicKey, toPubkey: nonce.publicKey, lamports: 9e15 })]),
  )
  node.tick()
  expect(await statusOf(signature)).toMatchObject({ err: { InstructionError: [1, { Custom: 1 }] } })
  expect(await value()).not.toBe(before)
})

test('state is read as of the commitment asked for', async () => {
  const payer = await funded()
  ticks(40)
  const to = Keypair.generate().publicKey.toBase58()
  await send(
    build(payer, await recentHash(), [SystemProgram.transfer({ fromPubkey: payer.publicKey, toPubkey: Keypair.generate().publicKey, lamports: 1_000_000 })]),
  )
  await call('requestAirdrop', to, 7_000_000)
  node.tick()
  expect([await balance(to, 'processed'), await balance(to, 'confirmed'), await balance(to, 'finalized')]).toEqual([7_000_000n, 0, 0])
  ticks(2)
  expect([await balance(to, 'confirmed'), await balance(to, 'finalized')]).toEqual([7_000_000n, 0])
  ticks(30)
  expect(await balance(to, 'finalized')).toBe(7_000_000n)
})

test('a status older than the recent ones is only found when history is searched', async () => {
  const payer = await funded()
  const signature = await send(
    build(payer, await recentHash(), [SystemProgram.transfer({ fromPubkey: payer.publicKey, toPubkey: Keypair.generate().publicKey, lamports: 1_000_000 })]),
  )
  ticks(152)
  expect((await call<{ value: unknown[] }>('getSignatureStatuses', [signature])).value).toEqual([null])
  expect(await statusOf(signature)).toMatchObject({ confirmationStatus: 'finalized' })
})

test('a hash is good for 150 blocks and no longer', async () => {
  const payer = await funded()
  const hash = await recentHash()
  const pay = (lamports: number) =>
    build(payer, hash, [SystemProgram.transfer({ fromPubkey: payer.publicKey, toPubkey: Keypair.generate().publicKey, lamports })])
  ticks(149)
  const last = await send(pay(1_000_001))
  node.tick()
  const late = await send(pay(1_000_002))
  node.tick()
  expect(await statusOf(last)).toMatchObject({ err: null })
  expect(await statusOf(late)).toBeNull()
})
