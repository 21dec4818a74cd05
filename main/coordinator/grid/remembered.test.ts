import { expect, test } from 'vitest'
import { createFakeClock } from '../../kernel/clock.fake.ts'
import { createRemembered } from './remembered.ts'

function setUp(change: { perMinute?: number; most?: number } = {}) {
  const clock = createFakeClock(0)
  const asked: string[] = []
  const remembered = createRemembered<string>({ clock, keepMs: 10 * 60_000, most: 3, perMinute: 5, ...change })
  const ask = (key: string) =>
    remembered(key, async () => {
      asked.push(key)
      if (key === 'bad') throw new Error('no')
      return `${key}!`
    })
  return { clock, asked, ask }
}

test('the same question is worked out once, for all who ask while and after, until the answer is old', async () => {
  const { clock, asked, ask } = setUp()
  expect(await Promise.all([ask('a'), ask('a')])).toEqual(['a!', 'a!'])
  await clock.advance(9 * 60_000)
  await ask('a')
  expect(asked).toEqual(['a'])
  await clock.advance(60_000)
  await ask('a')
  expect(asked).toEqual(['a', 'a'])
})

test('a failure is not kept', async () => {
  const { asked, ask } = setUp()
  await expect(ask('bad')).rejects.toThrow('no')
  await expect(ask('bad')).rejects.toThrow('no')
  expect(asked).toEqual(['bad', 'bad'])
})

test('different questions are answered at a limited pace, known ones always', async () => {
  const { clock, asked, ask } = setUp({ perMinute: 2 })
  await ask('a')
  await ask('b')
  await expect(ask('c')).rejects.toMatchObject({ code: 'rate.limited' })
  expect(await ask('a')).toBe('a!')
  await clock.advance(60_000)
  expect(await ask('c')).toBe('c!')
  expect(asked).toEqual(['a', 'b', 'c'])
})

test('only so many answers are kept', async () => {
  const { asked, ask } = setUp({ most: 2 })
  for (const key of ['a', 'b', 'c', 'a']) await ask(key)
  expect(asked).toEqual(['a', 'b', 'c', 'a'])
})
