import { expect, test } from 'vitest'
import { parseTolerance, quorumOf } from './quorum-option.ts'

const within = (format: string, relative: number, absolute = 0) => ({ kind: 'tolerance', format, relative, absolute })

test.each([
  ['json-numbers:1e-6', within('json-numbers', 1e-6)],
  ['csv:relative=1e-6,absolute=0.01', within('csv', 1e-6, 0.01)],
  ['float32-le:absolute=2', within('float32-le', 0, 2)],
  [' csv:.5 ', within('csv', 0.5)],
])('%s', (text, compare) => expect(parseTolerance(text)).toEqual(compare))

test.each(['', 'csv', 'csv:', 'xml:1', 'csv:1,2', 'csv:relative=1,relative=1', 'csv:-1', 'csv:2', 'csv:about=1', 'csv:1e9999'])(
  '“%s” is refused with what to give instead',
  (text) => expect(() => parseTolerance(text)).toThrow(/is no tolerance\. Give what the output is/),
)

test('what the command line says goes before the job file, and the rest of that stays', () => {
  const given = { results: 3, atMost: 6, compare: { kind: 'exact' } } as const
  expect(quorumOf({}, given)).toEqual({})
  expect(quorumOf({ results: 2 }, given)).toEqual({ quorum: { ...given, results: 2 } })
  expect(quorumOf({ tolerance: 'csv:1' }, undefined)).toEqual({ quorum: { results: 1, compare: within('csv', 1) } })
})
