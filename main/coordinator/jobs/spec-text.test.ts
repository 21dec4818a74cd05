import { expect, test } from 'vitest'
import { testSpec } from '../test-work.fake.ts'
import { createSpecReader } from './spec-text.ts'

const textOf = (name: string, characters = 0) => JSON.stringify(testSpec(0, { name, args: characters > 0 ? ['x'.repeat(characters)] : [] }))

test('a specification is read once, until others of so many characters were read since', () => {
  const { read, characters } = createSpecReader(20_000)
  const [a, large] = [textOf('a'), textOf('large', 4_000)]
  const first = read(a)
  expect(read(a)).toBe(first)
  for (let index = 0; index < 4; index++) read(large.replace('large', `large ${index}`))
  expect(read(a)).toBe(first)
  for (let index = 4; index < 9; index++) read(large.replace('large', `large ${index}`))
  expect(characters()).toBeLessThanOrEqual(20_000)
  expect(read(a)).not.toBe(first)
  expect(read(a)).toEqual(first)
})

test('one that is longer than all that may be remembered is read all the same', () => {
  const { read, characters } = createSpecReader(1_000)
  expect(read(textOf('long', 4_000)).name).toBe('long')
  expect(characters()).toBe(0)
})
