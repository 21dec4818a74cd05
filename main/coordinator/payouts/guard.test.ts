import { expect, test } from 'vitest'
import { toBase58 } from '../../../shared/domain/base58.ts'
import { lamports } from '../../../shared/units.ts'
import { type Instruction, computeLimitInstruction, computePriceInstruction, memoInstruction, transferInstruction } from '../../chain/instructions.ts'
import { advanceLaneInstruction, laneAddress, openLaneInstructions } from '../../chain/lanes.ts'
import { createTokenAccountInstruction, tokenTransferInstruction } from '../../chain/tokens.ts'
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

const mint = key(20)
const accountOf = (wallet: string): string => ({ [payer]: key(31), [alice]: key(32), [bob]: key(33) })[wallet] ?? key(39)
const inToken: Expected = { ...expected, token: { mint, decimals: 6, opened: [bob], accountOf } }
const send = (to: string, amount: bigint, changes: Partial<Parameters<typeof tokenTransferInstruction>[0]> = {}, token = { mint, decimals: 6 }) =>
  tokenTransferInstruction({ from: accountOf(payer), to: accountOf(to), authority: payer, amount, ...changes }, token)
const openFor = (owner: string, account = accountOf(owner)) => createTokenAccountInstruction(payer, { owner, account, mint })
const memo = memoInstruction('wf1:x', payer)
const checkToken = (instructions: readonly Instruction[]) => requireExactly(compile(payer, instructions, blockhash), inToken)

test('exactly what was planned in USDC may be signed', () => {
  expect(() => checkToken([computeLimitInstruction(5_000), send(alice, 100n), openFor(bob), send(bob, 200n), memo])).not.toThrow()
})

const tokenDeviations: [string, readonly Instruction[]][] = [
  ['a recipient is paid more', [send(alice, 101n), openFor(bob), send(bob, 200n), memo]],
  ['lamports move as well', [send(alice, 100n), openFor(bob), send(bob, 200n), pay(alice, 1n), memo]],
  ['lamports move in place of tokens', [pay(alice, 100n), openFor(bob), pay(bob, 200n), memo]],
  ['another token is paid', [send(alice, 100n, {}, { mint: key(21), decimals: 6 }), openFor(bob), send(bob, 200n), memo]],
  ['the decimals are wrong', [send(alice, 100n, {}, { mint, decimals: 5 }), openFor(bob), send(bob, 200n), memo]],
  ['it is paid out of another account', [send(alice, 100n, { from: key(40) }), openFor(bob), send(bob, 200n), memo]],
  ['it is paid to the wallet in place of its account', [send(alice, 100n, { to: alice }), openFor(bob), send(bob, 200n), memo]],
  ['an account is missing', [send(alice, 100n), send(bob, 200n), memo]],
  ['an account is opened for somebody else', [send(alice, 100n), openFor(key(5)), send(bob, 200n), memo]],
  ['an account is opened elsewhere', [send(alice, 100n), openFor(bob, key(41)), send(bob, 200n), memo]],
  ['an account is opened twice', [send(alice, 100n), openFor(bob), openFor(bob), send(bob, 200n), memo]],
]
test.for(tokenDeviations)('refused in USDC: %s', ([, instructions]) => {
  expect(() => checkToken(instructions)).toThrow(expect.objectContaining({ code: 'payout.refused' }))
})

test('refused: USDC in a batch of SOL', () => {
  expect(() => check([...good, send(alice, 100n)])).toThrow(expect.objectContaining({ code: 'payout.refused' }))
  expect(() => check([...good, openFor(alice)])).toThrow(expect.objectContaining({ code: 'payout.refused' }))
})

const lane = laneAddress(payer, 0)
const advance = advanceLaneInstruction(lane, payer)
const onLane: Expected = { ...expected, lane: { account: lane, maxPrice: 20_000n } }
const checkAgainst = (what: Expected, instructions: readonly Instruction[]) => () => requireExactly(compile(payer, instructions, blockhash), what)
const refusal = expect.objectContaining({ code: 'payout.refused' }) as Error

test('a nonce is advanced first, or not at all, and no more is offered than was planned', () => {
  expect(checkAgainst(onLane, [advance, computePriceInstruction(20_000n), ...good])).not.toThrow()
  expect(checkAgainst(onLane, [...good, advance])).toThrow(refusal)
  expect(checkAgainst(onLane, good)).toThrow(refusal)
  expect(checkAgainst(onLane, [advanceLaneInstruction(key(8), payer), ...good])).toThrow(refusal)
  expect(checkAgainst(onLane, [advance, computePriceInstruction(20_001n), ...good])).toThrow(refusal)
  expect(checkAgainst(expected, [advance, ...good])).toThrow(refusal)
  expect(checkAgainst(expected, [computePriceInstruction(1n), ...good])).toThrow(refusal)
})

test('a lane is opened where it belongs and for the hot wallet, by the transaction that is for it and by no other', () => {
  const opening: Expected = { payer, blockhash, memo: 'wf1:x', transfers: [], opens: lane }
  const open = openLaneInstructions(payer, 0, lamports(1_056_640n))
  expect(checkAgainst(opening, [...open, memo])).not.toThrow()
  expect(checkAgainst(opening, [...openLaneInstructions(payer, 1, lamports(1n)), memo])).toThrow(refusal)
  expect(checkAgainst(opening, [...open, pay(alice, 1n), memo])).toThrow(refusal)
  expect(checkAgainst(opening, [...open.slice(0, 1), memo])).toThrow(refusal)
  expect(checkAgainst(expected, [...open, ...good])).toThrow(refusal)
})
