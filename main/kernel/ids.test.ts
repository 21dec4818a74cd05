import { expect, test } from 'vitest'
import { Id } from '../../shared/contract/wire.ts'
import { createFakeClock } from './clock.fake.ts'
import { createIds } from './ids.ts'

test('identifiers are UUIDv7: unique, valid on the wire, sorted by the millisecond they were made in', async () => {
  const clock = createFakeClock()
  const ids = createIds(clock)
  const made: string[] = []
  for (let i = 0; i < 50; i++) {
    made.push(ids.next())
    await clock.advance(1)
  }
  expect(made).toEqual(made.toSorted())
  expect(new Set([...made, ids.next(), ids.next()]).size).toBe(52)
  for (const id of made) {
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(Id.safeParse(id).success).toBe(true)
  }
})
