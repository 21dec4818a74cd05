import { expect, test } from 'vitest'
import { generationPath, nationalPath, regionalPath, statisticsPath } from './carbon-intensity-path.ts'

const from = Date.parse('2026-03-18T12:34:56.789Z')
const to = Date.parse('2026-03-20T00:00:00.000Z')

test.each([
  [nationalPath({ kind: 'now' }), '/intensity'],
  [nationalPath({ kind: 'today' }), '/intensity/date'],
  [nationalPath({ kind: 'date', date: '2026-03-18' }), '/intensity/date/2026-03-18'],
  [nationalPath({ kind: 'date', date: '2026-03-18', period: 48 }), '/intensity/date/2026-03-18/48'],
  [nationalPath({ kind: 'at', from }), '/intensity/2026-03-18T12:34Z'],
  [nationalPath({ kind: 'next24h', from }), '/intensity/2026-03-18T12:34Z/fw24h'],
  [nationalPath({ kind: 'next48h', from }), '/intensity/2026-03-18T12:34Z/fw48h'],
  [nationalPath({ kind: 'past24h', from }), '/intensity/2026-03-18T12:34Z/pt24h'],
  [nationalPath({ kind: 'range', from, to }), '/intensity/2026-03-18T12:34Z/2026-03-20T00:00Z'],
  [regionalPath({ kind: 'now' }), '/regional'],
  [regionalPath({ kind: 'now' }, { regionId: 13 }), '/regional/regionid/13'],
  [regionalPath({ kind: 'now' }, { postcode: 'RG41 5TH' }), '/regional/postcode/RG41'],
  [regionalPath({ kind: 'next48h', from }), '/regional/intensity/2026-03-18T12:34Z/fw48h'],
  [regionalPath({ kind: 'next24h', from }, { regionId: 1 }), '/regional/intensity/2026-03-18T12:34Z/fw24h/regionid/1'],
  [regionalPath({ kind: 'past24h', from }, { postcode: 'sw1' }), '/regional/intensity/2026-03-18T12:34Z/pt24h/postcode/SW1'],
  [regionalPath({ kind: 'range', from, to }, { regionId: 17 }), '/regional/intensity/2026-03-18T12:34Z/2026-03-20T00:00Z/regionid/17'],
  [statisticsPath(from, to), '/intensity/stats/2026-03-18T12:34Z/2026-03-20T00:00Z'],
  [statisticsPath(from, to, 24), '/intensity/stats/2026-03-18T12:34Z/2026-03-20T00:00Z/24'],
  [generationPath({ kind: 'now' }), '/generation'],
  [generationPath({ kind: 'past24h', from }), '/generation/2026-03-18T12:34Z/pt24h'],
  [generationPath({ kind: 'range', from, to }), '/generation/2026-03-18T12:34Z/2026-03-20T00:00Z'],
])('asks for %s', (path, expected) => {
  expect(path).toBe(expected)
})

const DAY = 86_400_000

test.each([
  ['a range of 14 days and a minute', () => nationalPath({ kind: 'range', from, to: from + 14 * DAY + 60_000 })],
  ['a range that ends before it starts', () => regionalPath({ kind: 'range', from: to, to: from })],
  ['statistics over 31 days', () => statisticsPath(from, from + 31 * DAY)],
  ['a block of 25 hours', () => statisticsPath(from, to, 25)],
  ['settlement period 0', () => nationalPath({ kind: 'date', date: '2026-03-18', period: 0 })],
  ['settlement period 49', () => nationalPath({ kind: 'date', date: '2026-03-18', period: 49 })],
  ['a date in another order', () => nationalPath({ kind: 'date', date: '18-03-2026' })],
  ['region 18', () => regionalPath({ kind: 'now' }, { regionId: 18 })],
  ['region 1.5', () => regionalPath({ kind: 'now' }, { regionId: 1.5 })],
  ['a postcode that reaches into another path', () => regionalPath({ kind: 'now' }, { postcode: 'SW1/../../intensity' })],
  ['a postcode of another country', () => regionalPath({ kind: 'now' }, { postcode: '10115' })],
])('refuses %s before asking', (_, ask) => {
  expect(ask).toThrow(expect.objectContaining({ code: 'input.invalid' }))
})

test('14 days are allowed', () => {
  expect(nationalPath({ kind: 'range', from, to: from + 14 * DAY })).toContain('2026-04-01T12:34Z')
})
