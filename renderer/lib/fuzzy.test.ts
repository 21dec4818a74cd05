import { expect, test } from 'vitest'
import { fuzzyScore } from './fuzzy.ts'

const best = (typed: string, ...texts: readonly string[]): string | undefined =>
  texts.filter((text) => fuzzyScore(typed, text) !== null).toSorted((a, b) => (fuzzyScore(typed, b) ?? 0) - (fuzzyScore(typed, a) ?? 0))[0]

test.each([
  ['pau', 'Pause: For 1 hour'],
  ['pause hour', 'Pause: For 1 hour'],
  ['hour pause', 'Pause: For 1 hour'],
  ['p1h', 'Pause: For 1 hour'],
  ['ausw', 'Tagesauswertung'],
  ['einstellungen fur', 'Einstellungen für das Netz'],
  ['recu', 'Vérifier un reçu'],
  ['strasse', 'Straße'],
  ['', 'anything'],
])('“%s” finds “%s”', (typed, text) => expect(fuzzyScore(typed, text)).not.toBeNull())

test.each([
  ['pause x', 'Pause: For 1 hour'],
  ['oh', 'Pause: For 1 hour'],
  ['pfrr', 'Open diagnostics'],
  ['seettings', 'Settings'],
])('“%s” does not find “%s”', (typed, text) => expect(fuzzyScore(typed, text)).toBeNull())

test('a beginning comes before a word within, that before a part of a word, and that before initials', () => {
  expect(best('re', 'Secret', 'Check receipts', 'Receipts')).toBe('Receipts')
  expect(best('re', 'Secret', 'Check receipts')).toBe('Check receipts')
  expect(best('ce', 'Choose everything', 'Receipts')).toBe('Receipts')
})
