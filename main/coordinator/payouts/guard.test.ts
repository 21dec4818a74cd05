import { expect, test } from 'vitest'
import { toBase58 } from '../../../shared/domain/base58.ts'
import { lamports } from '../../../shared/units.ts'
import { type Instruction, computeLimitInstruction, memoInstruction, transferInstruction } from '../../chain/instructions.ts'
import { createSolanaChain } from '../../chain/solana.ts'
import { type Expected, requireExactly } from './guard.ts'

const key = (seed: number) => toBase58(new Uint8Array(32).fill(seed))
const [payer, alice, bob, blockhash] = [key(1), key(2), key(3), key(9)]
const expected: Expected = {
  payer,
  blockhash,
  memo: 'wf1:x',
  transfers: [
    { to: alice, amount: lamports(100n) },
    { to: bob, amount: lamports(200n) },
  ],
}
const pay = (to: string, amount: bigint, from = payer) => transferInstruction(from, to, lamports(amount))
const good = [computeLimitInstruction(5_000), pay(alice, 100n), pay(bob, 200n), memoInstruction('wf1:x', payer)]
const { compile } = createSolanaChain({ url: 'http://127.0.0.1:1' })
const check = (instructions: readonly Instruction[], from = payer, hash = blockhash) => requireExactly(compile(from, instructions, hash), expected)

test('exactly what was planned may be signed', () => {
  expect(() => check(good)).not.toThrow()
})

const foreignProgram: Instruction = { program: key(7), accounts: [], data: new Uint8Array(3) }
const createAccount: Instruction = {
  program: toBase58(new Uint8Array(32)),
  accounts: [
    { address: payer, signer: true, writable: true },
    { address: alice, signer: false, writable: true },
  ],
  data: new Uint8Array(52),
}
const deviations: [string, readonly Instruction[]][] = [
  ['a recipient is missing', [pay(alice, 100n), memoInstruction('wf1:x', payer)]],
  ['a recipient is paid more', [pay(alice, 101n), pay(bob, 200n), memoInstruction('wf1:x', payer)]],
  ['amounts are swapped', [pay(alice, 200n), pay(bob, 100n), memoInstruction('wf1:x', payer)]],
  ['a recipient is paid twice', [...good, pay(alice, 100n)]],
  ['one recipient takes the place of another', [pay(alice, 100n), pay(alice, 100n), memoInstruction('wf1:x', payer)]],
  ['somebody else is paid', [...good.slice(0, 2), pay(key(5), 200n), memoInstruction('wf1:x', payer)]],
  ['the memo is another', [...good.slice(0, 3), memoInstruction('wf1:y', payer)]],
  ['the memo is missing', good.slice(0, 3)],
  ['there are two memos', [...good, memoInstruction('wf1:x', payer)]],
  ['another program is called', [...good, foreignProgram]],
  ['the System program does something else', [...good, createAccount]],
  ['another account has to sign', [...good.slice(0, 2), pay(bob, 200n, key(6)), memoInstruction('wf1:x', payer)]],
]
test.for(deviations)('refused: %s', ([, instructions]) => {
  expect(() => check(instructions)).toThrow(expect.objectContaining({ code: 'payout.refused' }))
})

test('refused: another payer, another block hash, or bytes that are no message', () => {
  expect(() => check([pay(alice, 100n, key(4)), pay(bob, 200n, key(4)), memoInstruction('wf1:x', key(4))], key(4))).toThrow(
    expect.objectContaining({ code: 'payout.refused' }),
  )
  expect(() => check(good, payer, key(8))).toThrow(expect.objectContaining({ code: 'payout.refused' }))
  expect(() => requireExactly(new Uint8Array([1, 2, 3]), expected)).toThrow(expect.objectContaining({ code: 'payout.refused' }))
})
