import { expect, test } from 'vitest'
import { fromBase58, toBase58 } from '../../shared/domain/base58.ts'
import type { Instruction } from './instructions.ts'
import { meaningOf } from './meaning.ts'
import { createSolanaChain } from './solana.ts'
import {
  ASSOCIATED_TOKEN_PROGRAM,
  TOKEN_ACCOUNT_BYTES,
  TOKEN_PROGRAM,
  createTokenAccountInstruction,
  readTokenAccount,
  tokenAddress,
  tokenTransferInstruction,
} from './tokens.ts'

const { isOnCurve } = createSolanaChain({ url: 'http://127.0.0.1:1' })
const mint = 'EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v'
const payer = '4zMMC9srt5Ri5X14GAgXhaHii3GnPAEERYPJgZERf8Ku'
const owner = 'vines1vzrYbzLMRdu58ou5XTby4qAqVRLmqo36NKPTg'
const account = '9jrTvdU2Am3UmgSAX8EKS9wwrSufkWRbZzEukDogqpQg'
const from = toBase58(new Uint8Array(32).fill(1))

// What `@solana/spl-token` 0.4.15 makes of the same; it is not a dependency, because of the overflow in its `bigint-buffer` (CVE-2025-3194).
test.for([
  ['SysvarRent111111111111111111111111111111111', 'dWQsUpeG8STt2VUfrN3NtuUzLLNarnfYdNNdZ2XWfhm'],
  ['9B5XszUGdMaxCZ7uSQhPzdks5ZQSmWxrmzCSvtJ6Ns6g', 'EfgTGUtpb3eSqqTZVWyGXbWA8Dkfgz817fVkgy9W7fWB'],
  [owner, account],
] as const)('the USDC account of %s is where the token library looks for it', ([wallet, expected]) => {
  expect(tokenAddress(wallet, mint, isOnCurve)).toBe(expected)
})

const plain = ({ program, accounts, data }: Instruction) => ({
  program,
  accounts: accounts.map(({ address, signer, writable }) => [address, signer, writable]),
  data: Buffer.from(data).toString('hex'),
})

test('instructions are those of the token library, byte by byte', () => {
  expect(plain(createTokenAccountInstruction(payer, { owner, account, mint }))).toEqual({
    program: ASSOCIATED_TOKEN_PROGRAM,
    accounts: [
      [payer, true, true],
      [account, false, true],
      [owner, false, false],
      [mint, false, false],
      ['11111111111111111111111111111111', false, false],
      [TOKEN_PROGRAM, false, false],
    ],
    data: '01',
  })
  expect(plain(tokenTransferInstruction({ from, to: account, authority: payer, amount: 1_234_567_890_123n }, { mint, decimals: 6 }))).toEqual({
    program: TOKEN_PROGRAM,
    accounts: [
      [from, false, true],
      [mint, false, false],
      [account, false, true],
      [payer, true, false],
    ],
    data: '0ccb04fb711f01000006',
  })
})

test.each([0n, -1n, 1n << 64n])('no transfer of %s', (amount) => {
  expect(() => tokenTransferInstruction({ from, to: account, authority: payer, amount }, { mint, decimals: 6 })).toThrow(RangeError)
})

/** As a message carries it: accounts by their place among its keys. */
function compiled({ program, accounts, data }: Instruction) {
  const keys = [...accounts.map(({ address }) => address), program]
  return [{ programIdIndex: keys.length - 1, accountIndexes: accounts.map((_, index) => index), data }, keys] as const
}

test('what an instruction does is read back from it, and nothing else passes for it', () => {
  const open = createTokenAccountInstruction(payer, { owner, account, mint })
  const pay = tokenTransferInstruction({ from, to: account, authority: payer, amount: 5n }, { mint, decimals: 6 })
  expect(meaningOf(...compiled(open))).toEqual({ does: 'open', payer, account, owner, mint })
  expect(meaningOf(...compiled(pay))).toEqual({ does: 'token-transfer', from, to: account, mint, authority: payer, amount: 5n, decimals: 6 })
  expect(meaningOf(...compiled({ ...open, data: Uint8Array.of(0) }))).toBeNull()
  expect(meaningOf(...compiled({ ...open, accounts: open.accounts.with(5, { address: owner, signer: false, writable: false }) }))).toBeNull()
  expect(meaningOf(...compiled({ ...pay, data: Uint8Array.of(3, 5, 0, 0, 0, 0, 0, 0, 0) }))).toBeNull()
  expect(meaningOf(...compiled({ ...pay, accounts: [...pay.accounts, { address: owner, signer: true, writable: false }] }))).toBeNull()
})

test('a token account is told from a mint, from other programs and from one that is frozen', () => {
  const data = new Uint8Array(TOKEN_ACCOUNT_BYTES)
  data.set([...fromBase58(mint), ...fromBase58(owner), 7])
  expect(readTokenAccount({ owner: TOKEN_PROGRAM, data })).toBeNull()
  data[108] = 1
  expect(readTokenAccount({ owner: TOKEN_PROGRAM, data })).toEqual({ mint, owner, amount: 7n, isFrozen: false })
  data[108] = 2
  expect(readTokenAccount({ owner: TOKEN_PROGRAM, data })).toMatchObject({ isFrozen: true })
  expect(readTokenAccount({ owner: TOKEN_PROGRAM, data: data.subarray(0, 82) })).toBeNull()
  expect(readTokenAccount({ owner, data })).toBeNull()
})
