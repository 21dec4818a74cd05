import {
  appendTransactionMessageInstructions,
  createTransactionMessage,
  generateKeyPairSigner,
  getBase64EncodedWireTransaction,
  pipe,
  setTransactionMessageFeePayerSigner,
  setTransactionMessageComputeUnitLimit,
  setTransactionMessageLoadedAccountsDataSizeLimit,
  setTransactionMessageLifetimeUsingBlockhash,
  signTransactionMessageWithSigners,
  type Address,
  type Blockhash,
} from '@solana/kit'
import { Connection, Keypair, SystemProgram, Transaction, TransactionMessage, VersionedTransaction } from '@solana/web3.js'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { fromBase58, toBase58 } from '../../shared/domain/base58.ts'
import { decodeMessage, decodeTransaction } from '../../shared/domain/solana-transaction.ts'
import { createFakeClock } from '../kernel/clock.fake.ts'
import { openNode } from './localnet.ts'

const hash = toBase58(new Uint8Array(32).fill(9))
const payer = Keypair.generate()
const to = Keypair.generate().publicKey
const transfer = SystemProgram.transfer({ fromPubkey: payer.publicKey, toPubkey: to, lamports: 42 })

test('legacy and v0 bytes of web3.js are read as web3.js reads them', () => {
  const legacy = new Transaction({ recentBlockhash: hash, feePayer: payer.publicKey }).add(transfer)
  legacy.sign(payer)
  const v0 = new VersionedTransaction(
    new TransactionMessage({ payerKey: payer.publicKey, recentBlockhash: hash, instructions: [transfer] }).compileToV0Message(),
  )
  v0.sign([payer])
  for (const [bytes, version] of [
    [new Uint8Array(legacy.serialize()), 'legacy'],
    [v0.serialize(), 0],
  ] as const) {
    const theirs = VersionedTransaction.deserialize(bytes)
    const ours = decodeTransaction(bytes)
    expect(ours.message.version).toBe(version)
    expect(ours.message.keys).toEqual(theirs.message.staticAccountKeys.map(String))
    expect(ours.message.recentBlockhash).toBe(hash)
    expect(ours.signatures).toEqual(theirs.signatures.map((signature) => toBase58(signature)))
    expect(ours.message.instructions.map(({ programIdIndex, accountIndexes, data }) => [programIdIndex, accountIndexes, data])).toEqual(
      theirs.message.compiledInstructions.map(({ programIdIndex, accountKeyIndexes, data }) => [programIdIndex, [...accountKeyIndexes], Uint8Array.from(data)]),
    )
  }
})

const harmless = (bytes: Uint8Array) => {
  for (const decode of [decodeTransaction, decodeMessage]) {
    try {
      decode(bytes)
    } catch (error) {
      expect(error).toBeInstanceOf(RangeError)
    }
  }
}

test('hostile bytes end in a RangeError, never in anything else', () => {
  const v0 = new VersionedTransaction(
    new TransactionMessage({ payerKey: payer.publicKey, recentBlockhash: hash, instructions: [transfer] }).compileToV0Message(),
  ).serialize()
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), harmless))
  fc.assert(fc.property(fc.nat(v0.length - 1), fc.nat(255), (at, value) => harmless(v0.with(at, value))))
  fc.assert(
    fc.property(fc.nat(v0.length - 1), (length) => {
      expect(() => decodeTransaction(v0.subarray(0, length))).toThrow(RangeError)
    }),
  )
})

test('a v1 transaction lands, is readable at version 1 and refused to readers that do not ask for it', async () => {
  using node = openNode({ file: ':memory:', clock: createFakeClock() })
  const connection = new Connection('http://127.0.0.1:1', {
    commitment: 'processed',
    fetch: async (_url, init) =>
      new Response(
        JSON.stringify(await node.rpc(JSON.parse(init?.body as string)), (_key, value: unknown) => (typeof value === 'bigint' ? Number(value) : value)),
      ),
  })
  const signer = await generateKeyPairSigner()
  await node.rpc({ id: 1, method: 'requestAirdrop', params: [signer.address, 1_000_000_000] })
  node.tick()
  const { blockhash, lastValidBlockHeight } = await connection.getLatestBlockhash()
  const recipients = Array.from({ length: 61 }, () => Keypair.generate().publicKey)
  const message = pipe(
    createTransactionMessage({ version: 1 }),
    (draft) => setTransactionMessageFeePayerSigner(signer, draft),
    (draft) => setTransactionMessageComputeUnitLimit(200_000, draft),
    (draft) => setTransactionMessageLoadedAccountsDataSizeLimit(1_000_000, draft),
    (draft) => setTransactionMessageLifetimeUsingBlockhash({ blockhash: blockhash as Blockhash, lastValidBlockHeight: BigInt(lastValidBlockHeight) }, draft),
    (draft) =>
      appendTransactionMessageInstructions(
        recipients.map((recipient) => systemTransfer(signer.address, recipient.toBase58(), 1_000_000n)),
        draft,
      ),
  )
  const raw = getBase64EncodedWireTransaction(await signTransactionMessageWithSigners(message))
  const signature = await connection.sendEncodedTransaction(raw)
  node.tick()
  node.tick()
  node.tick()
  expect(await connection.getBalance(recipients[60] ?? to)).toBe(1_000_000)
  const landed = await connection.getTransaction(signature, { maxSupportedTransactionVersion: 1, commitment: 'confirmed' })
  expect(landed?.version).toBe(1)
  expect(landed?.transaction.message.compiledInstructions).toHaveLength(61)
  await expect(connection.getTransaction(signature, { maxSupportedTransactionVersion: 0, commitment: 'confirmed' })).rejects.toThrow(
    'Transaction version (1) is not supported',
  )
})

function systemTransfer(from: Address, recipient: string, lamports: bigint) {
  const data = new Uint8Array(12)
  const view = new DataView(data.buffer)
  view.setUint32(0, 2, true)
  view.setBigUint64(4, lamports, true)
  const WRITABLE = 1
  const WRITABLE_SIGNER = 3
  return {
    programAddress: toBase58(new Uint8Array(32)) as Address,
    accounts: [
      { address: from, role: WRITABLE_SIGNER },
      { address: recipient as Address, role: WRITABLE },
    ],
    data,
  }
}

test('base58 agrees with the library of web3.js', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (bytes) => {
      expect(fromBase58(Keypair.fromSeed(bytes).publicKey.toBase58())).toEqual(Keypair.fromSeed(bytes).publicKey.toBytes())
    }),
    { numRuns: 20 },
  )
})
