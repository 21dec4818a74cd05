import { expect, test } from 'vitest'
import { WindfallError } from '../../shared/errors.ts'
import type { GridOracle } from './grid/oracle.ts'
import { NOW, fakeNode, fakeSignal, fakeSpec } from './planner/planner.fake.ts'
import { createPlanning } from './planning.ts'

const HALF_HOURS = 60

function setUp(grams: Readonly<Record<string, number | Error>>) {
  const asked: string[] = []
  const oracle: Pick<GridOracle, 'signal' | 'actuals'> = {
    signal: async (zone) => {
      asked.push(zone)
      const found = grams[zone]
      if (typeof found === 'number')
        return fakeSignal(
          zone,
          Array.from({ length: HALF_HOURS }, () => found),
        )
      throw found ?? new WindfallError('grid.unknown-zone', `There is no data for ${zone}.`)
    },
    actuals: () => expect.fail('a plan looks ahead'),
  }
  const plan = createPlanning(oracle, new AbortController().signal)
  const planOn = (...nodes: { name: string; zone: string; busy?: boolean }[]) =>
    plan({
      spec: fakeSpec(),
      submittedAt: NOW,
      now: NOW,
      nodes: nodes.map(({ name, zone, busy = false }) => ({ ...fakeNode(name, zone), gone: false, busy })),
    })
  return { asked, planOn }
}

test('a job goes where the grid is cleaner, and every zone is asked once however many nodes it has', async () => {
  const { asked, planOn } = setUp({ GB: 100, DE: 300 })
  const answer = await planOn({ name: 'a', zone: 'DE' }, { name: 'b', zone: 'GB' }, { name: 'c', zone: 'GB' })
  expect(answer.plan).toMatchObject({ zone: 'GB', gPerKWh: 100 })
  expect(answer.alternatives).toHaveLength(2)
  expect(asked.toSorted()).toEqual(['DE', 'GB'])
})

test('a zone without data takes no jobs and says so; the others are planned all the same', async () => {
  const { planOn } = setUp({ GB: 100, DE: new WindfallError('grid.unavailable', 'No answer.') })
  const answer = await planOn({ name: 'a', zone: 'DE' }, { name: 'b', zone: 'GB' }, { name: 'c', zone: 'XX' })
  expect(answer.plan).toMatchObject({ zone: 'GB' })
  expect(answer.excluded).toEqual({ 'no-signal': 2 })
})

test('a defect is not taken for missing data', async () => {
  const { planOn } = setUp({ GB: new TypeError('undefined is not a function') })
  await expect(planOn({ name: 'a', zone: 'GB' })).rejects.toThrow(TypeError)
})

test('a node at work is left alone, and without nodes nothing is asked', async () => {
  const { asked, planOn } = setUp({ GB: 100 })
  expect((await planOn({ name: 'busy', zone: 'GB', busy: true })).plan).toBeNull()
  asked.length = 0
  expect(await planOn()).toMatchObject({ plan: null, nodes: 0 })
  expect(asked).toEqual([])
})
