import { expect, test } from 'vitest'
import { createFakeClock } from '../../kernel/clock.fake.ts'
import { createPaced } from './paced.ts'

const TOO_MANY = 'Too many. Try again in a moment.'

/** Takes `ms` by its own clock; what is asked for answers with when it began. */
function start(ms: number) {
  const clock = createFakeClock()
  const paced = createPaced(clock, TOO_MANY)
  const ask = () =>
    paced(async () => {
      const began = clock.monotonic()
      if (ms > 0) await clock.sleep(ms, new AbortController().signal)
      return began
    })
  const askOften = (times: number) => Promise.allSettled(Array.from({ length: times }, ask))
  return { clock, askOften }
}

test('work that takes a second is done once in four, and who would wait for more than half a minute is sent away', async () => {
  const { clock, askOften } = start(1_000)
  const first = askOften(1)
  await clock.advance(1_000)
  const rest = askOften(20)
  await clock.advance(60_000)
  expect(await first).toEqual([{ status: 'fulfilled', value: 0 }])
  const answers = await rest
  expect(answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []))).toEqual([4, 8, 12, 16, 20, 24, 28, 32].map((s) => s * 1_000))
  expect(answers.at(-1)).toMatchObject({ status: 'rejected', reason: { code: 'unavailable', message: TOO_MANY } })
})

test('work that takes no time is done for everybody who asks at once, up to a crowd', async () => {
  const done = await start(0).askOften(65)
  expect(done.filter(({ status }) => status === 'fulfilled')).toHaveLength(64)
})

test('one that fails does not hold up the next', async () => {
  const paced = createPaced(createFakeClock(), TOO_MANY)
  const failed = paced(() => Promise.reject(new Error('no')))
  const done = paced(async () => 'done')
  await expect(failed).rejects.toThrow('no')
  expect(await done).toBe('done')
})
