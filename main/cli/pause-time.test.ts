import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { parsePause } from './pause-time.ts'

beforeAll(() => vi.stubEnv('TZ', 'Europe/Berlin'))
afterAll(() => vi.unstubAllEnvs())

const at = (iso: string) => Date.parse(iso)
const NOW = at('2026-11-21T12:00:00.000Z')

test.each([
  [['1h'], '2026-11-21T13:00:00.000Z'],
  [['until', '2h'], '2026-11-21T14:00:00.000Z'],
  [['until', '18:00'], '2026-11-21T17:00:00.000Z'],
  [['18:00'], '2026-11-21T17:00:00.000Z'],
  [['until', '13:00'], '2026-11-22T12:00:00.000Z'],
  [['until', '7:05'], '2026-11-22T06:05:00.000Z'],
  [['2026-11-21T18:00Z'], '2026-11-21T18:00:00.000Z'],
])('“pause %j” ends at %s in Berlin', (words, end) => {
  expect(new Date(parsePause(words, NOW) ?? 0).toISOString()).toBe(end)
})

test('on the night that the clocks change, 9 o’clock is 9 o’clock', () => {
  expect(parsePause(['until', '09:00'], at('2026-10-24T20:00:00.000Z'))).toBe(at('2026-10-25T08:00:00.000Z'))
  expect(parsePause(['until', '09:00'], at('2026-03-28T20:00:00.000Z'))).toBe(at('2026-03-29T07:00:00.000Z'))
})

test('without words it lasts until the owner resumes; anything else is refused', () => {
  expect(parsePause([], NOW)).toBeNull()
  for (const words of [['until'], ['soon'], ['24:00'], ['12:60'], ['until', '18', '00'], ['1h', '30m']])
    expect(() => parsePause(words, NOW), words.join(' ')).toThrow(expect.objectContaining({ code: 'input.invalid' }))
})
