import { expect, test } from 'vitest'
import type { PlanInput } from './planner/input.ts'
import { planJobs } from './planner/plan.ts'
import { NOW, fakeNode, fakeOutlook, fakeSpec } from './planner/planner.fake.ts'
import { createPlanning } from './planning.ts'

const HALF_HOURS = 60
const JOB = {
  jobId: 'job-1',
  spec: fakeSpec(),
  submittedAt: NOW,
  restMs: 3_600_000,
  progress: 'fresh',
  runsOn: null,
  current: null,
  reroutes: 0,
  avoids: [],
} as const
const OTHER = [{ jobId: 'other', gpus: 0, until: NOW + 2 * 86_400_000 }]
const outlook = (zone: string, grams: number) =>
  fakeOutlook(
    zone,
    Array.from({ length: HALF_HOURS }, () => grams),
  )

function setUp(grams: Readonly<Record<string, number>>, habits: Readonly<Record<string, readonly number[]>> = {}) {
  const asked: string[] = []
  const outlooks = Object.entries(grams).map(([zone, value]) => outlook(zone, value))
  const plan = createPlanning({
    foresee: async (zones) => {
      asked.push(...zones)
      return outlooks.filter(({ zone }) => zones.includes(zone))
    },
    availability: (nodeId, zone) => habits[`${nodeId.replace(/-+$/, '')} in ${zone}`] ?? null,
    run: planJobs,
  })
  const planOn = async (...nodes: { name: string; zone: string; busy?: boolean }[]) => {
    const planned = await plan({
      now: NOW,
      jobs: [JOB],
      nodes: nodes.map(({ name, zone, busy = false }) => {
        const { nodeId, capabilities, online, ready } = fakeNode(name, zone)
        return { nodeId, capabilities, online, ready, taken: busy ? OTHER : [] }
      }),
    })
    const answer = planned.outcome[0]?.answer ?? expect.fail('nothing was planned')
    return { ...answer, inputs: planned.choiceOf('job-1').inputs }
  }
  return { asked, outlooks, planOn }
}

test('a job goes where the grid is cleaner, and every zone is asked once however many nodes it has', async () => {
  const { asked, planOn } = setUp({ GB: 100, DE: 300 })
  const answer = await planOn({ name: 'a', zone: 'DE' }, { name: 'b', zone: 'GB' }, { name: 'c', zone: 'GB' })
  expect(answer.plan).toMatchObject({ zone: 'GB', gPerKWh: 100 })
  expect(asked).toEqual(['DE', 'GB'])
})

test('a zone without an outlook takes no jobs and says so; the others are planned all the same', async () => {
  const { planOn } = setUp({ GB: 100 })
  const answer = await planOn({ name: 'a', zone: 'DE' }, { name: 'b', zone: 'GB' }, { name: 'c', zone: 'XX' })
  expect(answer.plan).toMatchObject({ zone: 'GB' })
  expect(answer.excluded).toEqual({ 'no-signal': 2 })
})

test('a node at work is left alone, and without nodes nothing is asked', async () => {
  const { asked, planOn } = setUp({ GB: 100 })
  expect((await planOn({ name: 'busy', zone: 'GB', busy: true })).plan).toBeNull()
  asked.length = 0
  expect(await planOn()).toMatchObject({ plan: null, nodes: 0 })
  expect(asked).toEqual([])
})

const never = () => expect.fail('somebody was asked')

test('while nothing is to be planned, neither the grid nor any owner is asked about', async () => {
  const plan = createPlanning({ foresee: never, availability: never, run: never })
  const { nodeId, capabilities, online, ready } = fakeNode('a', 'GB-13')
  expect((await plan({ now: NOW, jobs: [], nodes: [{ nodeId, capabilities, online, ready, taken: [] }] })).outcome).toEqual([])
})

test('the decision log is given what the plan was made of: each outlook as the object it is, and when owners let their nodes work', async () => {
  const evenings = Array.from({ length: 168 }, (_, hour) => (hour % 24 > 18 ? 0.1 : 1))
  const { outlooks, planOn } = setUp({ GB: 100 }, { 'a in GB': evenings })
  const { inputs } = await planOn({ name: 'a', zone: 'GB' }, { name: 'b', zone: 'GB' })
  expect(inputs['zone GB']).toBe(outlooks[0])
  expect((inputs['nodes 1'] as PlanInput['nodes']).map(({ availability }) => availability)).toEqual([evenings, null])
})
