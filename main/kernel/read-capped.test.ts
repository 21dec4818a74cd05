import { expect, test } from 'vitest'
import { readCapped } from './read-capped.ts'

async function* pieces(count: number, read: { current: number }): AsyncGenerator<Uint8Array> {
  for (; read.current < count; read.current += 1) yield Buffer.from('abcd')
}

async function* broken(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('a')
  throw new Error('reset')
}

test('what fits is read whole, to the byte', async () => {
  expect(String(await readCapped(pieces(3, { current: 0 }), 12))).toBe('abcdabcdabcd')
  expect(await readCapped(pieces(0, { current: 0 }), 0)).toEqual(Buffer.alloc(0))
})

test('what does not fit is let go at once, however long the rest may be', async () => {
  const read = { current: 0 }
  expect(await readCapped(pieces(Infinity, read), 11)).toBeNull()
  expect(read.current).toBe(2)
})

test('a stream that breaks is no short answer', async () => {
  await expect(readCapped(broken(), 10)).rejects.toThrow('reset')
})
