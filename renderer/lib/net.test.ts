import { expect, test } from 'vitest'
import { differences } from './balances.ts'
import { explorerUrl } from './explorer.ts'
import { aMoney, someBalances, someDays } from './money.fake.ts'
import { netObstacle, periodOf } from './net.ts'
import { formatCredits } from './credits.ts'
import { isTariff, readDraft } from './tariff-draft.ts'

test('a period adds up exactly, and one unknown day makes its cost unknown, not smaller', () => {
  const days = someDays(3).map((day, index) => ({ ...day, confirmedMicroUsd: '9007199254740993', costMinor: index + 1, netMinor: index + 1 }))
  expect(periodOf(days, 2)).toMatchObject({ days: 2, confirmedMicroUsd: '18014398509481986', costMinor: 3, netMinor: 3 })
  expect(periodOf(days, 31)).toMatchObject({ days: 3, costMinor: 6 })
  const [first, ...rest] = days
  if (!first) throw new Error('a day was expected')
  expect(periodOf([{ ...first, costMinor: null, netMinor: null }, ...rest], 3)).toMatchObject({ costMinor: null, netMinor: null })
  expect(periodOf([], 7)).toEqual({ days: 0, confirmedMicroUsd: '0', joules: 0, runs: 0, costMinor: 0, netMinor: 0 })
})

test('why there is no net figure is said exactly', () => {
  const { tariff } = aMoney()
  expect(netObstacle(null, { costMinor: null, netMinor: null })).toContain('nobody has said what your electricity costs')
  expect(netObstacle(tariff, { costMinor: null, netMinor: null })).toContain('the price of some of these hours')
  expect(netObstacle(tariff, { costMinor: 1, netMinor: null })).toContain('what 1 GBP is worth in dollars')
  expect(netObstacle(tariff, { costMinor: 1, netMinor: -1 })).toBeNull()
})

test('the books and this machine agree to the last micro-USD, or each difference is named', () => {
  const { totals } = aMoney()
  expect(differences(totals, someBalances())).toEqual([])
  expect(differences(totals, someBalances({ accruedMicroUsd: '1' }))).toEqual([])
  expect(differences(totals, someBalances({ payingMicroUsd: '1250001', paidMicroUsd: '0' }))).toEqual([
    'Paying is $1.250001 there and $1.250000 here',
    'Paid is $0.000000 there and $203.100000 here',
  ])
})

test.each([
  [
    { currency: 'eur', perKWh: '0,31', usdPerUnit: '1.08' },
    { kind: 'flat', currency: 'EUR', usdPerUnit: 1.08, minorPerKWh: 31 },
  ],
  [
    { currency: ' GBP ', perKWh: '0.245', usdPerUnit: '' },
    { kind: 'flat', currency: 'GBP', usdPerUnit: null, minorPerKWh: 24.5 },
  ],
  [
    { currency: 'usd', perKWh: '0', usdPerUnit: '7' },
    { kind: 'flat', currency: 'USD', usdPerUnit: null, minorPerKWh: 0 },
  ],
])('%o is a tariff', (draft, tariff) => expect(readDraft(draft)).toEqual(tariff))

test.each([
  [{ currency: '', perKWh: '', usdPerUnit: '' }, ['currency', 'perKWh']],
  [{ currency: 'EURO', perKWh: '-1', usdPerUnit: '0' }, ['currency', 'perKWh', 'usdPerUnit']],
  [{ currency: 'EUR', perKWh: '1e3', usdPerUnit: 'x' }, ['perKWh', 'usdPerUnit']],
  [{ currency: 'EUR', perKWh: '1.2.3', usdPerUnit: '' }, ['perKWh']],
])('%o is none, field by field', (draft, wrong) => {
  const read = readDraft(draft)
  expect(isTariff(read)).toBe(false)
  expect(Object.keys(read)).toEqual(wrong)
})

test('a transaction opens in the explorer of its cluster, and nowhere for a cluster nobody else sees', () => {
  expect(explorerUrl('abc', 'mainnet-beta')).toBe('https://explorer.solana.com/tx/abc')
  expect(explorerUrl('abc', 'devnet')).toBe('https://explorer.solana.com/tx/abc?cluster=devnet')
  for (const cluster of ['localnet', '', 'toString']) expect(explorerUrl('abc', cluster)).toBeNull()
})

test('credits are exact to the millionth of a euro', () => {
  expect(['0', '1', '48200', '12345678901234567'].map(formatCredits)).toEqual(['€0.00', '€0.000001', '€0.0482', '€12,345,678,901.234567'])
})
