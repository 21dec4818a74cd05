import { expect, test } from 'vitest'
import { createDoor } from './door.ts'

const MIB = 1_048_576

test('lets in what fits, counts who leaves once, and nobody while too much waits on the disk', () => {
  const waiting = { messages: 0, bytes: 0 }
  const door = createDoor(() => waiting)
  const leave = door.enter(255 * MIB)
  const other = door.enter(2 * MIB)
  expect([leave === null, other === null, door.enter(1)]).toEqual([false, false, null])
  leave?.()
  leave?.()
  expect(door.underway()).toBe(1)
  expect(door.enter(1)).not.toBeNull()
  waiting.messages = 1_000_000
  expect(door.enter(1)).toBeNull()
  waiting.messages = 0
  for (let n = door.underway(); n < 2_048; n += 1) expect(door.enter(1)).not.toBeNull()
  expect(door.enter(1)).toBeNull()
})
