import { afterEach, describe, expect, test } from 'vitest'
import de from '../../shared/i18n/de.json' with { type: 'json' }
import fr from '../../shared/i18n/fr.json' with { type: 'json' }
import { speak } from '../../shared/i18n/translate.ts'
import {
  formatAt,
  formatCountdown,
  formatDay,
  formatDelay,
  formatEnergy,
  formatGrams,
  formatIntensity,
  formatMemory,
  formatMinor,
  formatMoment,
  withMoments,
  formatRecording,
  formatRelative,
  formatSpan,
  formatTemperature,
  formatUncertainty,
  formatPercent,
  formatWatts,
  formatWindow,
  listOf,
  midSentence,
  shortId,
} from './format.ts'

const plain = (text: string) => text.replaceAll(/[\u202f\u00a0]/g, ' ')
const local = (day: number, hour: number, minute = 0) => new Date(2026, 10, day, hour, minute).toISOString()
const NOW = new Date(2026, 10, 21, 14, 41).getTime()

afterEach(() => speak('en', {}))

describe('quantities carry their unit', () => {
  test.each([
    [formatWatts(172.4), '172 W'],
    [formatWatts(8.24), '8.2 W'],
    [formatTemperature(61.4), '61 °C'],
    [formatMemory(12_878_610_432), '12 GiB'],
    [formatMemory(1_610_612_736), '1.5 GiB'],
    [formatEnergy(36), '36 J'],
    [formatEnergy(44_640), '12.4 Wh'],
    [formatEnergy(5_256_000), '1.46 kWh'],
    [formatGrams(0), '0 g'],
    [formatGrams(-8.67e-19), '0 g'],
    [formatGrams(3e-7), '0.0003 mg'],
    [formatGrams(0.0032), '3.2 mg'],
    [formatGrams(-1.2), '−1.2 g'],
    [formatGrams(1_234), '1.23 kg'],
    [formatIntensity(147.6), '148 g/kWh'],
    [formatSpan(12_000), '12 s'],
    [formatSpan(41 * 60_000), '41 min'],
    [formatSpan(161 * 60_000), '2 h 41 min'],
    [formatDelay(41.6), '42 ms'],
    [formatDelay(412), '0.4 s'],
    [formatDelay(1_860), '1.9 s'],
    [formatDelay(12_000), '12 s'],
    [formatCountdown(15 * 60_000), '15:00'],
    [formatCountdown(14 * 60_000 + 31_100), '14:32'],
    [formatCountdown(-1), '0:00'],
    [formatCountdown(3_600_000), '1 h'],
    [formatCountdown(11_460_001), '3 h 12 min'],
  ])('%s', (text, expected) => expect(plain(text)).toBe(expected))
})

describe('time', () => {
  test.each([
    [local(21, 15, 30), '15:30'],
    [local(22, 6), 'tomorrow 06:00'],
    [local(20, 23, 10), 'yesterday 23:10'],
    [local(24, 6), '24 Nov, 06:00'],
    [new Date(2025, 10, 24, 6).toISOString(), '24 Nov 2025, 06:00'],
    [new Date(2027, 0, 2, 6).toISOString(), '2 Jan 2027, 06:00'],
  ])('%s is %s', (at, text) => expect(formatMoment(at, NOW)).toBe(text))

  test.each([
    [local(21, 15, 30), 'at 15:30'],
    [local(22, 6), 'tomorrow 06:00'],
    [local(24, 6), 'on 24 Nov, 06:00'],
  ])('%s follows a verb as “%s”', (at, text) => expect(formatAt(at, NOW)).toBe(text))

  test.each([
    ['2026-11-21', 'Today, Sat 21 Nov'],
    ['2026-11-20', 'Yesterday, Fri 20 Nov'],
    ['2026-11-07', 'Sat 7 Nov'],
    ['2025-11-07', 'Fri 7 Nov 2025'],
  ])('the UTC day %s is “%s”', (day, text) => expect(formatDay(day, '2026-11-21')).toBe(text))

  test('a window says its day once', () => {
    expect(formatWindow({ from: local(22, 1), to: local(22, 6) }, NOW)).toBe('tomorrow 01:00–06:00')
    expect(formatWindow({ from: local(21, 23), to: local(22, 2) }, NOW)).toBe('23:00–tomorrow 02:00')
  })

  test.each([
    [10_000, 'in a moment'],
    [-10_000, 'just now'],
    [3 * 3_600_000, 'in 3 h'],
    [-4 * 60_000, '4 min ago'],
    [-3 * 86_400_000, '3 days ago'],
  ])('%d ms from now is %s', (ms, text) => expect(plain(formatRelative(NOW + ms, NOW))).toBe(text))
})

test.each([
  ['2024-03-18/19', '18–19 March 2024'],
  ['2024-03-18/2024-03-19', '18–19 March 2024'],
  ['2024-03-31/04-01', '31 March–1 April 2024'],
  ['2024-03-18', '18 March 2024'],
  ['a rainy week', 'a rainy week'],
])('a recording of %s reads %s', (recordedOn, text) => expect(formatRecording(recordedOn)).toBe(text))

test('a long id is cut in the middle, a short one is not', () => {
  expect(shortId('01998e90-19c2-7b40-8d31-6a1f00c2b7d4')).toBe('01998e…c2b7d4')
  expect(shortId('receipt-1')).toBe('receipt-1')
})

test('times in a text of another machine are those of this one', () => {
  const at = new Date(NOW - 60_000).toISOString()
  expect(withMoments(`1 SOL = 150 USD, fixed by the operator, ${at}`, NOW)).toBe(`1 SOL = 150 USD, fixed by the operator, ${formatMoment(at, NOW)}`)
  expect(withMoments('150 USD per SOL, 2026', NOW)).toBe('150 USD per SOL, 2026')
})

test.each([
  ['en', {}, '80%', '± 5.2%'],
  ['de', de, '80 %', '± 5,2 %'],
  ['fr', fr, '80 %', '± 5,2 %'],
] as const)('a share and an uncertainty are percent in the way of %s', (language, catalogue, share, uncertainty) => {
  speak(language, catalogue)
  expect([plain(formatPercent(0.8)), plain(formatUncertainty(5.23))]).toEqual([share, uncertainty])
})

describe('in another language', () => {
  test('German', () => {
    speak('de', de)
    expect(plain(formatEnergy(5_256_000))).toBe('1,46 kWh')
    expect(formatMoment(local(22, 6), NOW)).toBe('morgen 06:00')
    expect(formatAt(local(24, 6), NOW)).toBe('am 24. Nov., 06:00')
    expect(plain(formatRelative(NOW - 4 * 60_000, NOW))).toBe('vor 4 min')
    expect(formatRecording('2024-03-18/19')).toBe('18.–19. März 2024')
    expect(listOf(['A', 'B', 'C'])).toBe('A, B und C')
    expect(midSentence('Rendern')).toBe('Rendern')
  })

  test('French, with the numbers of its own region', () => {
    speak('fr', fr, ['fr-CH'])
    expect(plain(formatRelative(NOW + 3 * 3_600_000, NOW))).toBe('dans 3 h')
    expect(formatAt(local(21, 15, 30), NOW)).toBe('à 15:30')
    expect(formatDay('2026-11-20', '2026-11-21')).toBe('Hier, ven. 20 nov.')
    expect(midSentence('Rendu')).toBe('rendu')
  })
})

test('a currency has its short sign in every language', () => {
  expect([formatMinor(28, 'GBP'), formatMinor(28, 'USD')]).toEqual(['£0.28', '$0.28'])
  speak('fr', fr)
  expect([formatMinor(28, 'GBP'), formatMinor(28, 'USD')].map((text) => text.replaceAll('\u00a0', ' '))).toEqual(['0,28 £', '0,28 $'])
})
