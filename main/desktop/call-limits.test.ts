import { expect, test } from 'vitest'
import { createFakeClock } from '../kernel/clock.fake.ts'
import { limitCalls } from './call-limits.ts'

function limited() {
  const done: string[] = []
  const clock = createFakeClock()
  const server = limitCalls({ dispatch: async (name) => void done.push(name) }, clock)
  const flood = (name: string, times: number) => Promise.allSettled(Array.from({ length: times }, () => server.dispatch(name, {}, undefined)))
  return { clock, done, flood }
}

test.each(['showLogs', 'startAgent', 'changeShell', 'installUpdate', 'showSample', 'checkForUpdate'])(
  'a page that floods %s gets little done, and the owner may go on a moment later',
  async (name) => {
    const { clock, done, flood } = limited()
    const answers = await flood(name, 1_000)
    expect(done.length).toBeLessThanOrEqual(20)
    expect(done.length).toBeGreaterThanOrEqual(3)
    expect(answers.at(-1)).toMatchObject({ status: 'rejected', reason: { code: 'rate.limited' } })
    const before = done.length
    await clock.advance(10_000)
    await flood(name, 1)
    expect(done).toHaveLength(before + 1)
  },
)

test('one call’s flood takes nothing from another, and what only reads is not limited', async () => {
  const { done, flood } = limited()
  await flood('showLogs', 100)
  await flood('startAgent', 1)
  expect(done.filter((name) => name === 'startAgent')).toHaveLength(1)
  await flood('getShell', 500)
  expect(done.filter((name) => name === 'getShell')).toHaveLength(500)
})
