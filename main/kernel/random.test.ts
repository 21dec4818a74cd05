import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { createRandomBytes } from './random.ts'

test('random bytes are those that were drawn, each given once and wiped where they came from', () => {
  const drawn: Uint8Array[] = []
  const copies: Buffer[] = []
  const random = createRandomBytes((bytes) => {
    const block = randomBytes(bytes)
    drawn.push(block)
    copies.push(Buffer.from(block))
    return block
  })
  const given = Array.from({ length: 100 }, (_, index) => random(index % 50))
  const text = Buffer.concat(given).toString('hex')
  expect(copies[0]?.toString('hex').startsWith(text)).toBe(true)
  expect(drawn[0]?.subarray(0, text.length / 2).every((byte) => byte === 0)).toBe(true)
  // What does not fit into the rest of a block comes from the next one, whole.
  expect(Buffer.from(random(4_096)).equals(copies[1] ?? Buffer.alloc(0))).toBe(true)
  expect(Buffer.from(random(5_000)).equals(copies[2] ?? Buffer.alloc(0))).toBe(true)
})
