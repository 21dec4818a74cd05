import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { lamports, microUsd } from '../../../shared/units.ts'
import { budgetOf, dayRoomOf } from './limits.ts'
import { MAX_RECIPIENTS, type PlanRules, batchMemo, minimumFor, planBatches, transfersOf } from './plan.ts'
import { rateText, toLamports } from './rate.ts'

const rate = { microUsdPerSol: microUsd(150_250_000n), source: 'fixed by the operator', at: Date.parse('2026-11-21T14:30:00.000Z') }
const PLENTY = microUsd(10n ** 15n)
const rules: PlanRules = {
  asset: 'lamports',
  rate,
  threshold: lamports(10_000n),
  fee: lamports(5_000n),
  rentMinimum: lamports(650_240n),
  budget: 10n ** 12n,
  room: { all: PLENTY, of: () => PLENTY },
}
const inUsdc: PlanRules = { ...rules, asset: 'micro-usdc', rentMinimum: lamports(1_488_440n) }
const node = (index: number, amount: bigint, address = `wallet-${index}`) => ({ nodeId: `node-${index}`, address, confirmedMicroUsd: microUsd(amount) })
const open = (count: number, isNew = false) => new Map(Array.from({ length: count }, (_, index) => [`wallet-${index}`, { isNew }]))

test('a rate converts once, rounded down, and says where it comes from', () => {
  expect(toLamports(microUsd(150_250_000n), rate)).toBe(1_000_000_000n)
  expect(toLamports(microUsd(1n), rate)).toBe(6n)
  expect(rateText(rate)).toBe('1 SOL = 150.250000 USD, fixed by the operator, 2026-11-21T14:30:00.000Z')
  expect(rateText({ ...rate, source: 'x'.repeat(500) }).length).toBeLessThanOrEqual(120)
  expect(() => toLamports(microUsd(1n), { ...rate, microUsdPerSol: microUsd(0n) })).toThrow(RangeError)
})

test('the least that is paid: threshold, 100 fee shares, or what a new wallet needs', () => {
  expect(minimumFor(false, { ...rules, threshold: lamports(1n) })).toBe(27_800n)
  expect(minimumFor(false, { ...rules, threshold: lamports(50_000n) })).toBe(50_000n)
  expect(minimumFor(true, rules)).toBe(650_240n)
})

test('40 wallets make three batches of at most 18', () => {
  const batches = planBatches(
    Array.from({ length: 40 }, (_, index) => node(index, 1_000_000n)),
    open(40),
    rules,
  )
  expect(batches.map((batch) => batch.length)).toEqual([MAX_RECIPIENTS, MAX_RECIPIENTS, 4])
})

test('nodes of one wallet count together towards the minimum and are paid by one transfer', () => {
  const [batch] = planBatches([node(0, 2_500n, 'wallet-0'), node(1, 2_500n, 'wallet-0')], open(1), rules)
  expect(batch).toHaveLength(2)
  expect(transfersOf(batch ?? [])).toEqual([{ to: 'wallet-0', amount: 2n * 16_638n }])
})

test('a plan stays in its budget, pays nobody below the minimum and nobody who was not judged payable', () => {
  fc.assert(
    fc.property(fc.array(fc.bigInt(0n, 10_000_000n), { maxLength: 60 }), fc.bigInt(0n, 10n ** 10n), fc.nat(60), (amounts, budget, judged) => {
      const payable = amounts.map((amount, index) => node(index, amount, `wallet-${index % 50}`))
      const batches = planBatches(payable, open(judged), { ...rules, budget })
      const transfers = batches.flatMap((batch) => transfersOf(batch))
      expect(transfers.reduce((sum, one) => sum + one.amount, 0n)).toBeLessThanOrEqual(budget)
      expect(transfers.every((one) => one.amount >= minimumFor(false, rules))).toBe(true)
      expect(new Set(transfers.map((one) => one.to)).size).toBe(transfers.length)
      expect(transfers.every((one) => Number(one.to.slice('wallet-'.length)) < judged)).toBe(true)
      expect(batches.every((batch) => transfersOf(batch).length <= MAX_RECIPIENTS)).toBe(true)
    }),
  )
})

test('a memo names its batch: any other content has another memo', () => {
  const item = { id: 'i', address: 'a', amount: 5n }
  expect(batchMemo([item])).toMatch(/^wf1:[\w-]{43}$/)
  expect(new Set([[item], [{ ...item, id: 'j' }], [{ ...item, amount: 6n }], [item, item]].map((items) => batchMemo(items))).size).toBe(4)
})

test('the budget is what cap, chain and books all allow, and never negative', () => {
  const outflow = { balance: lamports(1_000n), treasury: lamports(900n), inFlight: lamports(100n), plannedLastHour: lamports(50n) }
  expect(budgetOf(outflow, { maxPerHour: lamports(10_000n), reserve: lamports(200n) })).toBe(600n)
  expect(budgetOf(outflow, { maxPerHour: lamports(300n), reserve: lamports(200n) })).toBe(250n)
  expect(budgetOf(outflow, { maxPerHour: lamports(10n), reserve: lamports(200n) })).toBe(0n)
  expect(budgetOf({ ...outflow, balance: lamports(0n) }, { maxPerHour: lamports(10_000n), reserve: lamports(0n) })).toBe(0n)
})

test('USDC: 17 to accounts that are there, 8 to accounts that are opened, whose rent the receiver bears', () => {
  const nodes = Array.from({ length: 30 }, (_, index) => node(index, 1_000_000n))
  const there = planBatches(nodes, open(30), inUsdc)
  expect(there.map((batch) => batch.length)).toEqual([17, 13])
  expect(there[0]?.[0]).toMatchObject({ microUsd: 1_000_000n, amount: 1_000_000n, rentMicroUsd: 0n, rentLamports: 0n })
  const opened = planBatches(nodes, open(30, true), inUsdc)
  expect(opened.map((batch) => batch.length)).toEqual([8, 8, 8, 6])
  // 1,488,440 lamports at 150.25 dollars, rounded up.
  expect(opened[0]?.[0]).toMatchObject({ microUsd: 1_000_000n, amount: 1_000_000n - 223_639n, rentMicroUsd: 223_639n, rentLamports: 1_488_440n })
})

test('an account is not opened for less than it costs', () => {
  expect(planBatches([node(0, 225_000n)], open(1, true), inUsdc)).toEqual([])
  expect(planBatches([node(0, 225_000n)], open(1), inUsdc)).toHaveLength(1)
})

test('what is due beyond the day’s cap of a recipient is paid the next day', () => {
  const room = { all: PLENTY, of: () => microUsd(600_000n) }
  const [batch] = planBatches([node(0, 400_000n, 'wallet-0'), node(1, 500_000n, 'wallet-0')], open(1), { ...inUsdc, room })
  expect(batch?.map((item) => item.microUsd)).toEqual([400_000n, 200_000n])
  expect(planBatches([node(0, 400_000n)], open(1), { ...inUsdc, room: { all: microUsd(399_999n), of: () => PLENTY } })).toEqual([])
})

test('the day’s room counts every asset and every recipient', () => {
  const room = dayRoomOf(
    new Map([
      ['a', microUsd(700n)],
      ['b', microUsd(200n)],
    ]),
    { maxPerDay: microUsd(1_000n), maxPerRecipient: microUsd(600n) },
  )
  expect([room.all, room.of('a'), room.of('b'), room.of('c')]).toEqual([100n, 0n, 400n, 600n])
})
