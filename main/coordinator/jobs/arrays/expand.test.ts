import { expect, test, vi } from 'vitest'
import { testSpec } from '../../test-work.fake.ts'
import { expand } from './expand.ts'

test.each([
  ['each', 64, 1, /^Job 0 has .* may have 49152/],
  ['together', 11, 1_600, /^All jobs together have more than 67108864 bytes/],
])('jobs that are too large %s are refused before the rest of them is made', (_, args, most, words) => {
  const values = new Map([['text', 'x'.repeat(4_000)]])
  const made = vi.spyOn(values, Symbol.iterator)
  const spec = testSpec(0, { args: Array.from({ length: args }, () => '{text}'), outputSha256: null })
  expect(() => expand({ spec, values }, { range: { from: 0, to: 1_999 }, rows: undefined })).toThrow(words)
  expect(made.mock.calls.length).toBeLessThanOrEqual(most)
})
