import { expect, test } from 'vitest'
import { describeCheckpoint } from './checkpoint-text.ts'

test.each([
  [1_536, '2 kB'],
  [200, '1 kB'],
  [3_140_000, '3.1 MB'],
  [67_108_864, '67.1 MB'],
  [120_000_000, '120 MB'],
])('%i bytes are shown as %s, with the minute in UTC', (bytes, size) => {
  expect(describeCheckpoint({ bytes, savedAt: '2026-03-01T12:00:59.000Z' })).toBe(`a checkpoint of ${size} made at 2026-03-01 12:00 UTC`)
})
