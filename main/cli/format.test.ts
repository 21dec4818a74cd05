import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { energy, gramsOf, originOf, reasonOf, sol, usd, usdc } from './format.ts'

test('money is shown to the last micro-USD and lamport, at any size', () => {
  expect(['0', '1', '999999', '1000000', '-1', '-2500000', '9007199254740993'].map(usd)).toEqual([
    '$0.000000',
    '$0.000001',
    '$0.999999',
    '$1.000000',
    '-$0.000001',
    '-$2.500000',
    '$9007199254.740993',
  ])
  expect([0n, 1n, 1_234_567n, 1_000_000_000n, 9_007_199_254_740_993n].map(sol)).toEqual([
    '0.000000000 SOL',
    '0.000000001 SOL',
    '0.001234567 SOL',
    '1.000000000 SOL',
    '9007199.254740993 SOL',
  ])
  expect(['0', '1', '1234567', '9007199254740993'].map(usdc)).toEqual(['0.000000 USDC', '0.000001 USDC', '1.234567 USDC', '9007199254.740993 USDC'])
  fc.assert(
    fc.property(fc.bigInt({ min: -(1n << 62n), max: 1n << 62n }), (amount) => {
      expect(BigInt(usd(amount).replace(/[$.]/g, ''))).toBe(amount)
      const positive = amount < 0n ? -amount : amount
      expect(BigInt(sol(positive).replace(/[. SOL]/g, ''))).toBe(positive)
    }),
  )
})

test.each([
  [0, '0.0 J'],
  [12.34, '12.3 J'],
  [3_600, '1.00 Wh'],
  [180_000, '50.00 Wh'],
  [5_400_000, '1.50 kWh'],
])('%d joules read as %s', (joules, text) => {
  expect(energy(joules)).toBe(text)
})

test.each([
  [0, '0 g CO2e'],
  [-8.67e-19, '0 g CO2e'],
  [0.0123456, '0.0123 g CO2e'],
  [-0.5, '-0.500 g CO2e'],
  [42, '42.0 g CO2e'],
  [999.4, '999 g CO2e'],
  [999.9, '1.00 kg CO2e'],
  [1_234, '1.23 kg CO2e'],
  [-1_234, '-1.23 kg CO2e'],
  [123_456, '123 kg CO2e'],
  [12_345_678, '12346 kg CO2e'],
])('%d grams read as %s, without an exponent', (grams, text) => {
  expect(gramsOf(grams)).toBe(text)
})

test('a recording is named with its day, wherever it is shown', () => {
  expect(originOf({ origin: 'recorded', recordedOn: '2024-03-18' })).toBe('recorded 2024-03-18')
  expect(originOf({ origin: 'recorded', recordedOn: null })).toBe('recorded earlier')
  expect(originOf({ origin: 'live', recordedOn: null })).toBe('live')
})

test('a reason is words before a code before nothing', () => {
  expect(reasonOf({ reason: 'deadline', message: 'Too late.' })).toBe('Too late.')
  expect(reasonOf({ reason: 'deadline', message: null })).toBe('deadline')
  expect(reasonOf({ reason: null, message: null })).toBe('')
})
