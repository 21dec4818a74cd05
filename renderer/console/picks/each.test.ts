import { expect, test } from 'vitest'
import { outcomeText, runEach } from './each.ts'

test('one that is refused keeps none of the others, and each is told of in its place', async () => {
  let [open, most] = [0, 0]
  const outcomes = await runEach(
    ['a', 'b', 'c', 'd', 'e'],
    async (key) => {
      most = Math.max(most, ++open)
      await Promise.resolve()
      open--
      if (key === 'b') throw new Error('It has left.')
    },
    2,
  )
  expect(outcomes.map(({ key, error }) => [key, error?.message ?? null])).toEqual([
    ['a', null],
    ['b', 'It has left.'],
    ['c', null],
    ['d', null],
    ['e', null],
  ])
  expect(most).toBe(2)
  expect(outcomeText(outcomes, 'node', 'quarantined')).toBe('4 of 5 nodes were quarantined. Why one was not stands above the list.')
})

test('nothing to do is done', async () => {
  await expect(runEach([], () => Promise.reject(new Error('never')))).resolves.toEqual([])
})
