import { expect, test } from 'vitest'
import { createFakeClock } from '../kernel/clock.fake.ts'
import { createBooksWatch } from './books-watch.ts'

const HOUR_MS = 3_600_000

test('the books are checked soon after the start and every six hours, and a check that fails is told and tried again', async () => {
  const clock = createFakeClock()
  const [begun, stop, said] = [clock.now(), new AbortController(), [] as unknown[]]
  const answers = [async () => ({ findings: [] }), () => Promise.reject(new Error('no database')), async () => ({ findings: ['a sum is wrong'] })]
  const run = createBooksWatch({
    clock,
    check: () => (answers.shift() ?? expect.unreachable)(),
    onChecked: (at, findings) => said.push([at - begun, ...findings]),
    onFailure: (message) => said.push(message),
  })
  const running = run(stop.signal)
  await clock.advance(59_000)
  expect(said).toEqual([])
  await clock.advance(12 * HOUR_MS + 1_000)
  expect(said).toEqual([[60_000], 'no database', [60_000 + 12 * HOUR_MS, 'a sum is wrong']])
  stop.abort()
  await running
})
