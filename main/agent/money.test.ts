import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { EarningSum, MoneyView } from '../../shared/contract/money.ts'
import { testBundle } from '../../shared/domain/receipt-bundle.fake.ts'
import { predicateOf, summaryOf } from '../../shared/domain/receipt-summary.ts'
import type { Tariff } from '../../shared/domain/tariff.ts'
import { HALF_HOUR_MS, toIso } from '../../shared/units.ts'
import { createFakeClock } from '../kernel/clock.fake.ts'
import { fakeLease } from './jobs/lease.fixture.ts'
import { createMoney } from './money.ts'
import { createOwnerTariff } from './owner-tariff.ts'
import { openAgentStores } from './stores.ts'

const DAY = 86_400_000
const NOON = Date.parse('2026-03-20T12:00:00.000Z')
const USD: Tariff = { kind: 'flat', currency: 'USD', usdPerUnit: null, minorPerKWh: 36 }
const bundle = await testBundle()
const { receiptId } = predicateOf(bundle)

function setUp({ tariff = null, onlyIfEarning = false }: { tariff?: Tariff | null; onlyIfEarning?: boolean } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'windfall-money-'))
  const stores = openAgentStores(folder)
  onTestFinished(() => {
    stores[Symbol.dispose]()
    rmSync(folder, { recursive: true })
  })
  let told = 0
  const owner = createOwnerTariff({ config: { tariff }, onlyIfEarning: () => onlyIfEarning, settings: stores.settings, changed: () => told++ })
  const money = createMoney({
    store: stores.money,
    facts: stores.facts,
    tariff: owner,
    pastPrices: ({ currency }, since) => stores.pricePast.list({ zone: 'GB', currency }, since),
    clock: createFakeClock(NOON),
  })
  const earn = (earningId: string, microUsd: bigint, at: number, state: 'accrued' | 'confirmed' = 'confirmed') =>
    stores.facts.addEarning({ earningId, jobId: 'job-1', receiptId, state, microUsd, at })
  const payOut = (payoutId: string, microUsd: bigint, state: 'planned' | 'finalized' | 'failed' = 'planned') =>
    stores.facts.putPayout({
      payoutId,
      state,
      microUsd: String(microUsd),
      lamports: '5',
      rate: 'fixed',
      signature: null,
      address: '1'.repeat(32),
      cluster: 'localnet',
      at: toIso(NOON),
    })
  const run = (name: string, from: number, { ms = 3_600_000, joules = 3_600_000, receipt = 'none' } = {}) => {
    stores.jobs.add(fakeLease({ leaseId: name, attemptId: name, jobId: name }), from)
    stores.jobs.update(name, { state: 'accepted', startedAt: from, endedAt: from + ms, joules, method: 'counter', receiptId: receipt })
  }
  return { ...stores, stores, money, owner, told: () => told, earn, payOut, run, view: () => MoneyView.parse(money.view()) }
}

const list = ({ money }: ReturnType<typeof setUp>, payoutId: string | null = null, after: string | null = null, limit = 50) =>
  money
    .list({ after, limit, payoutId })
    .map(({ earningId, parts }) => [earningId, ...parts.map(({ state, microUsd, payoutId: id }) => `${state} ${microUsd}${id ? ` ${id}` : ''}`)])

describe('accrued, confirmed, paying and paid', () => {
  test('are four sums that never overlap, and the list shows the same money one by one', () => {
    const at = setUp()
    at.earn('e1', 100n, NOON - 3)
    at.earn('e2', 60n, NOON - 2)
    at.earn('e3', 40n, NOON - 1)
    at.earn('e4', 7n, NOON, 'accrued')
    at.payOut('p1', 120n, 'finalized')
    at.payOut('p2', 30n)
    expect(at.view().totals).toEqual({ accrued: '7', confirmed: '50', paying: '30', paid: '120' })
    expect(list(at)).toEqual([
      ['e4', 'accrued 7'],
      ['e3', 'confirmed 40'],
      ['e2', 'paid 20 p1', 'paying 30 p2', 'confirmed 10'],
      ['e1', 'paid 100 p1'],
    ])
    expect(list(at, 'p1')).toEqual([
      ['e2', 'paid 20 p1', 'paying 30 p2', 'confirmed 10'],
      ['e1', 'paid 100 p1'],
    ])
    expect(list(at, 'p2')).toEqual([['e2', 'paid 20 p1', 'paying 30 p2', 'confirmed 10']])
    // Page by page it reads as in one go.
    expect([...list(at, null, null, 2), ...list(at, null, 'e3', 2)]).toEqual(list(at))
    expect([...list(at, 'p1', null, 1), ...list(at, 'p1', 'e2', 1)]).toEqual(list(at, 'p1'))
  })

  test('a payout that fails gives its money back to those that wait', () => {
    const at = setUp()
    at.earn('e1', 100n, NOON)
    at.payOut('p1', 100n)
    expect(list(at)).toEqual([['e1', 'paying 100 p1']])
    at.payOut('p1', 100n, 'failed')
    expect(at.view().totals).toEqual({ accrued: '0', confirmed: '100', paying: '0', paid: '0' })
    expect(list(at)).toEqual([['e1', 'confirmed 100']])
    expect(list(at, 'p1')).toEqual([])
  })

  test('a correction stands by itself and is taken from what waits', () => {
    const at = setUp()
    at.earn('e1', 100n, NOON - 2)
    at.earn('e2', -30n, NOON - 1)
    at.earn('e3', 50n, NOON)
    at.payOut('p1', 100n, 'finalized')
    expect(at.view().totals.confirmed).toBe('20')
    expect(list(at)).toEqual([
      ['e3', 'confirmed 50'],
      ['e2', 'confirmed -30'],
      ['e1', 'paid 100 p1'],
    ])
  })
})

describe('the sum behind an amount', () => {
  test('is price × verified time less 15 %, from the signed proofs, and says whether the coordinator booked the same', () => {
    const at = setUp({ tariff: USD })
    at.facts.addReceipt(summaryOf(predicateOf(bundle), 5), bundle)
    at.stores.jobs.add(fakeLease({ jobId: 'job-1' }), NOON)
    at.stores.jobs.update('lease-1', { startedAt: NOON, endedAt: NOON + 10_000, joules: 36_000, method: 'counter', receiptId })
    at.earn('e1', 1n, NOON)
    const { runs, sum } = EarningSum.parse(at.money.sum('e1'))
    const ms = runs.reduce((total, { paidMs }) => total + paidMs, 0)
    expect(ms).toBeGreaterThan(0)
    const price = (250_000n * BigInt(ms)) / 3_600_000n < 5_000n ? (250_000n * BigInt(ms)) / 3_600_000n : 5_000n
    const platform = (price * 15n) / 100n
    expect(sum).toEqual({ priceMicroUsd: String(price), platformMicroUsd: String(platform), nodeMicroUsd: String(price - platform) })
    expect(at.money.sum('e1')).toMatchObject({ agrees: false, electricity: { joules: 36_000, costMinor: expect.closeTo(0.36), estimated: false } })
    at.earn('e2', price - platform, NOON)
    expect(at.money.sum('e2')).toMatchObject({ agrees: true, price: { microUsdPerHour: '250000', maxMicroUsd: '5000' }, earning: { name: 'Test job' } })
  })

  test('is not made up where the receipt or the job is not here', () => {
    const at = setUp()
    at.earn('e1', 5n, NOON)
    expect(at.money.sum('e1')).toMatchObject({ sum: null, agrees: null, price: null, runs: [], electricity: null, earning: { name: null } })
    expect(() => at.money.sum('other')).toThrow('knows of no such earning')
  })
})

describe('net of electricity', () => {
  test('each UTC day bears its share of a run over midnight, paid or not', () => {
    const at = setUp({ tariff: USD })
    at.run('r1', Date.parse('2026-03-19T23:30:00.000Z'))
    at.earn('e1', 1_000_000n, Date.parse('2026-03-20T00:30:00.000Z'))
    const [today, yesterday] = at.view().days
    expect(yesterday).toMatchObject({
      day: '2026-03-19',
      confirmedMicroUsd: '0',
      joules: 1_800_000,
      costMinor: expect.closeTo(18),
      netMinor: expect.closeTo(-18),
    })
    expect(today).toMatchObject({ day: '2026-03-20', confirmedMicroUsd: '1000000', runs: 1, costMinor: expect.closeTo(18), netMinor: expect.closeTo(82) })
  })

  test('is not guessed: no tariff, no cost; no exchange rate, no net; no price of the half hour, neither', () => {
    const at = setUp()
    at.run('r1', NOON - 3_600_000)
    expect(at.view()).toMatchObject({ tariff: null, days: [{ joules: 3_600_000, costMinor: null, netMinor: null }] })
    at.owner.set({ ...USD, currency: 'GBP' })
    expect(at.view()).toMatchObject({ tariff: { setBy: 'window', assumed: null }, days: [{ costMinor: expect.closeTo(36), netMinor: null }] })
    at.owner.set({ kind: 'zone', currency: 'GBP', usdPerUnit: 1.25 })
    expect(at.view()).toMatchObject({ tariff: { assumed: expect.stringContaining('Assumed') }, days: [{ costMinor: null, netMinor: null }] })
    const slots = [0, 1].map((index) => ({
      from: NOON - 3_600_000 + index * HALF_HOUR_MS,
      to: NOON - 3_600_000 + (index + 1) * HALF_HOUR_MS,
      value: 10 + 20 * index,
      forecast: true,
    }))
    at.pricePast.add({ zone: 'GB', currency: 'GBP' }, slots, 0)
    expect(at.view().days[0]).toMatchObject({ costMinor: expect.closeTo(20), netMinor: expect.closeTo(-20) })
  })

  test('a tariff set in the window outlives a restart, and taking it back returns to the settings file', () => {
    const at = setUp({ tariff: USD })
    at.owner.set({ ...USD, minorPerKWh: 20 })
    expect(at.told()).toBe(1)
    const again = createOwnerTariff({ config: { tariff: USD }, onlyIfEarning: () => false, settings: at.settings, changed: () => undefined })
    expect([again.current(), again.setBy()]).toEqual([{ ...USD, minorPerKWh: 20 }, 'window'])
    again.set(null)
    expect([again.current(), again.setBy()]).toEqual([USD, 'settings'])
  })

  test('who starts jobs only if they earn has to say what the currency is worth', () => {
    const { owner } = setUp({ tariff: USD, onlyIfEarning: true })
    expect(() => owner.set({ ...USD, currency: 'EUR' })).toThrow('Say what 1 EUR is worth in USD')
    expect(owner.current()).toEqual(USD)
  })
})

test('nothing is predicted before a week is known, and then from whole days only', () => {
  const at = setUp({ tariff: USD })
  for (let day = 1; day <= 6; day++) {
    at.run(`r${day}`, NOON - day * DAY)
    at.earn(`e${day}`, 1_000_000n, NOON - day * DAY)
  }
  expect(at.view().outlook).toEqual({ knownDays: 6, neededDays: 7, fromDays: 6, gross: null, net: null })
  at.run('r7', NOON - 7 * DAY)
  at.earn('e7', 1_000_000n, NOON - 7 * DAY)
  // Today is not over.
  at.earn('today', 900_000_000n, NOON)
  expect(at.view().outlook).toMatchObject({
    knownDays: 7,
    gross: { week: { low: 7_000_000, high: 7_000_000 } },
    net: { day: { low: expect.closeTo(64), high: expect.closeTo(64) } },
  })
  expect(at.view().days).toHaveLength(8)
})
