import { expect, test } from 'vitest'
import { formatUtc } from './utc.tsx'

const NOW = Date.parse('2026-11-21T14:30:00Z')

test.each([
  ['2026-11-21T00:00:01.000Z', '00:00:01Z'],
  ['2026-11-20T23:59:59.000Z', '20 Nov 23:59:59Z'],
  ['2025-12-31T23:59:59.000Z', '31 Dec 2025 23:59:59Z'],
])('%s is %s', (at, text) => expect(formatUtc(at, NOW)).toBe(text))
