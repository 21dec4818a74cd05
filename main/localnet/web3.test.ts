import {
  ComputeBudgetProgram,
  Connection,
  Keypair,
  LAMPORTS_PER_SOL,
  PublicKey,
  SendTransactionError,
  SystemProgram,
  Transaction,
  TransactionExpiredBlockheightExceededError,
  TransactionInstruction,
  TransactionMessage,
  VersionedTransaction,
  sendAndConfirmTransaction,
} from '@solana/web3.js'
import { pino } from 'pino'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { systemClock } from '../kernel/clock.ts'
import type { Chaos } from './chaos.ts'
import { type Localnet, startLocalnet } from './localnet.ts'

const MEMO = new PublicKey('MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr')
const memo = (text: string, signer: PublicKey) =>
  new TransactionInstruction({ programId: MEMO, keys: [{ pubkey: signer, isSigner: true, isWritable: false }], data: Buffer.from(text, 'utf8') })

let chaos: { -readonly [K in keyof Chaos]: Chaos[K] }
let localnet: Localnet
let connection: Connection
let payer: Keypair
let stop: AbortController
let slots: Promise<void>

beforeEach(async () => {
  chaos = {}
  localnet = await startLocalnet({ file: ':memory:', port: 0, clock: systemClock, slotMs: 10, chaos, log: pino({ level: 'silent' }) })
  stop = new AbortController()
  slots = localnet.run(stop.signal)
  connection = new Connection(localnet.url, 'confirmed')
  payer = Keypair.generate()
  const signature = await connection.requestAirdrop(payer.publicKey, 50 * LAMPORTS_PER_SOL)
  await connection.confirmTransaction({ signature, ...(await connection.getLatestBlockhash()) })
})

afterEach(async () => {
  // The stock client has no public way to stop reconnecting.
  ;(connection as unknown as { _rpcWebSocket: { setAutoReconnect: (on: boolean) => void } })._rpcWebSocket.setAutoReconnect(false)
  stop.abort()
  await slots
  await localnet[Symbol.asyncDispose]()
})

const sign = async (instructions: TransactionInstruction[], signer = payer): Promise<VersionedTransaction> => {
  const { blockhash } = await connection.getLatestBlockhash()
  const transaction = new VersionedTransaction(
    new TransactionMessage({ payerKey: signer.publicKey, recentBlockhash: blockhash, instructions }).compileToV0Message(),
  )
  transaction.sign([signer])
  return transaction
}
const transfer = (lamports: number, to = Keypair.generate().publicKey) => SystemProgram.transfer({ fromPubkey: payer.publicKey, toPubkey: to, lamports })

test('a legacy transfer is sent and confirmed over the WebSocket, and account changes are heard', async () => {
  const bob = Keypair.generate().publicKey
  const heard = new Promise<number>((resolve) => connection.onAccountChange(bob, (account) => resolve(account.lamports), { commitment: 'processed' }))
  const subscribed = new Promise<void>((resolve) => {
    const listener = connection.onSlotChange(() => {
      resolve()
      void connection.removeSlotChangeListener(listener)
    })
  })
  await subscribed
  const { blockhash } = await connection.getLatestBlockhash()
  const transaction = new Transaction({ recentBlockhash: blockhash, feePayer: payer.publicKey }).add(transfer(LAMPORTS_PER_SOL, bob))
  const signature = await sendAndConfirmTransaction(connection, transaction, [payer])
  expect(await connection.getBalance(bob)).toBe(LAMPORTS_PER_SOL)
  expect((await connection.getSignatureStatus(signature)).value?.err).toBeNull()
  expect(await heard).toBe(LAMPORTS_PER_SOL)
})

test('a v0 transaction: fee, simulation, logs, history, memo, finality', async () => {
  const logs = new Promise<string[]>((resolve) => connection.onLogs(payer.publicKey, (entry) => resolve(entry.logs), 'confirmed'))
  const transaction = await sign([
    ComputeBudgetProgram.setComputeUnitLimit({ units: 10_000 }),
    ComputeBudgetProgram.setComputeUnitPrice({ microLamports: 2_000_000 }),
    transfer(2_000_000),
    memo('windfall:batch=7', payer.publicKey),
  ])
  const before = await connection.getBalance(payer.publicKey)
  const fee = (await connection.getFeeForMessage(transaction.message)).value
  expect((await connection.simulateTransaction(transaction)).value).toMatchObject({ err: null })
  const latest = await connection.getLatestBlockhash()
  const signature = await connection.sendTransaction(transaction)
  expect((await connection.confirmTransaction({ signature, ...latest }, 'finalized')).value.err).toBeNull()
  const landed = await connection.getTransaction(signature, { maxSupportedTransactionVersion: 1, commitment: 'finalized' })
  expect(landed?.meta?.fee).toBe(fee)
  expect(fee).toBe(5_000 + 20_000)
  expect(await connection.getBalance(payer.publicKey)).toBe(before - 2_000_000 - 25_000)
  const [newest] = await connection.getSignaturesForAddress(payer.publicKey, { limit: 1 })
  expect(newest).toMatchObject({ signature, memo: '[16] windfall:batch=7', err: null })
  expect((await connection.getSignatureStatus(signature)).value).toMatchObject({ confirmationStatus: 'finalized', confirmations: null })
  expect((await logs).join('\n')).toContain('windfall:batch=7')
})

test('errors look like a real node’s', async () => {
  await expect(connection.sendTransaction(await sign([transfer(99_000 * LAMPORTS_PER_SOL)]))).rejects.toBeInstanceOf(SendTransactionError)
  const stale = new VersionedTransaction(
    new TransactionMessage({
      payerKey: payer.publicKey,
      recentBlockhash: Keypair.generate().publicKey.toBase58(),
      instructions: [memo('x', payer.publicKey)],
    }).compileToV0Message(),
  )
  stale.sign([payer])
  await expect(connection.sendTransaction(stale)).rejects.toThrow('Blockhash not found')
  const forged = await sign([transfer(1_000_000)])
  forged.signatures[0]?.fill(7)
  await expect(connection.sendTransaction(forged)).rejects.toThrow()
  const signature = await connection.sendTransaction(await sign([transfer(1_000_000)]))
  await connection.confirmTransaction({ signature, ...(await connection.getLatestBlockhash()) })
  await expect(connection.getTransaction(signature)).rejects.toThrow('maxSupportedTransactionVersion')
})

test('a transaction that fails on chain pays its fee and moves nothing', async () => {
  const bob = Keypair.generate().publicKey
  const before = await connection.getBalance(payer.publicKey)
  const signature = await connection.sendTransaction(await sign([transfer(1_000_000, bob), transfer(99_000 * LAMPORTS_PER_SOL)]), { skipPreflight: true })
  await expect.poll(async () => (await connection.getSignatureStatus(signature)).value?.confirmationStatus).toBe('finalized')
  expect((await connection.getSignatureStatus(signature)).value?.err).toEqual({ InstructionError: [1, { Custom: 1 }] })
  expect(await connection.getBalance(bob)).toBe(0)
  expect(await connection.getBalance(payer.publicKey)).toBe(before - 5_000)
})

test('a dropped transaction expires when its last valid block height has passed', async () => {
  chaos.drop = () => true
  const latest = await connection.getLatestBlockhash()
  const signature = await connection.sendTransaction(await sign([transfer(1_000_000)]))
  await expect(connection.confirmTransaction({ signature, ...latest })).rejects.toBeInstanceOf(TransactionExpiredBlockheightExceededError)
  expect(await connection.getBlockHeight()).toBeGreaterThan(latest.lastValidBlockHeight)
})

test('a lost reply, an RPC error and HTTP 429 reach the client, and what was sent lands all the same', async () => {
  chaos.loseReply = () => true
  const bob = Keypair.generate().publicKey
  await expect(connection.sendTransaction(await sign([transfer(3_000_000, bob)]))).rejects.toThrow('reply was lost')
  await expect.poll(() => connection.getBalance(bob)).toBe(3_000_000)
  chaos.rpcError = (method) => (method === 'getBalance' ? { code: -32_005, message: 'behind' } : null)
  await expect(connection.getBalance(bob)).rejects.toThrow('behind')
  chaos.http429 = () => true
  const impatient = new Connection(localnet.url, { disableRetryOnRateLimit: true })
  await expect(impatient.getSlot()).rejects.toThrow('429')
})
