import { assert, bigInt, property } from 'fast-check'
import { afterEach, expect, test } from 'vitest'
import { pickLanguage } from '../i18n/languages.ts'
import { speak } from '../i18n/translate.ts'
import { formatSol, formatUsd, formatUsdExact, sumDecimal } from './money.ts'

afterEach(() => speak('en', {}))

test.each([
  ['0', '$0.00'],
  ['1', '$0.000001'],
  ['123', '$0.000123'],
  ['28100', '$0.0281'],
  ['310000', '$0.31'],
  ['999999', '$0.9999'],
  ['14720000', '$14.72'],
  ['14729999', '$14.72'],
  ['1234567890000', '$1,234,567.89'],
  ['-28100', '-$0.0281'],
])('%s micro-USD read as %s', (micro, text) => expect(formatUsd(micro)).toBe(text))

test('an amount beyond 2^53 keeps its last digit', () => {
  expect(formatSol('9007199254740993')).toBe(`9,007,199.254740993\u202fSOL`)
  expect(sumDecimal('9007199254740993', '1')).toBe('9007199254740994')
})

test('a balance is never shown as more than it is, nor a cent off', () => {
  assert(
    property(bigInt({ min: 0n, max: 9_000_000_000_000_000_000n }), (micro) => {
      const shown = BigInt(
        formatUsd(micro.toString())
          .replaceAll(/[$,]/g, '')
          .replace(/^(\d+)\.(\d+)$/, (_, whole: string, part: string) => whole + part.padEnd(6, '0')),
      )
      expect(shown).toBeLessThanOrEqual(micro)
      expect(micro - shown).toBeLessThan(10_000n)
      if (micro > 0n) expect(shown).toBeGreaterThan(0n)
    }),
  )
})

test.each([
  ['de-DE', '1.234,56\u00a0$', '0,000123\u00a0$', '−14,720000\u00a0$', '0,000152\u202fSOL'],
  ['fr-FR', '1\u202f234,56\u00a0$', '0,000123\u00a0$', '−14,720000\u00a0$', '0,000152\u202fSOL'],
])('in %s the same amount has other signs', (region, balance, little, exact, sol) => {
  speak(pickLanguage([region]), {}, [region])
  expect([formatUsd('1234569999'), formatUsd('123'), formatUsdExact('-14720000'), formatSol('152000')]).toEqual([balance, little, exact, sol])
})
