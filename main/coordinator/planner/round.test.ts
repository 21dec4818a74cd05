import { expect, test } from 'vitest'
import { toIso } from '../../../shared/units.ts'
import type { PlannerNode } from './input.ts'
import { NOW, answerTo, fakeGpu, fakeJob, fakeNode, fakeOutlook, planAll, planOne } from './planner.fake.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const at = (hours: number) => toIso(NOW + hours * HOUR)
const lease = (until: number) => [{ jobId: 'other', gpus: 0, until: NOW + until }]
const never = Array.from({ length: 168 }, () => 0.49)

test('jobs of one round get different hours of one node, and neither misses its deadline for the other', () => {
  const zones = [fakeOutlook('GB', [300, 300, 50, 50, 200, 200, 400, 400])]
  const jobs = [fakeJob('patient'), fakeJob('urgent', { deadline: toIso(NOW + 130 * MINUTE) })]
  expect(planAll(jobs, { zones }).map(({ answer: { plan } }) => plan?.window.from)).toEqual([at(2), at(1)])
})

test('a job for which the hours of others leave no time says so', () => {
  const jobs = ['a', 'b'].map((name) => fakeJob(name, { deadline: toIso(NOW + 90 * MINUTE) }))
  const [first, second] = planAll(jobs, { zones: [fakeOutlook('GB', [100, 100, 100])] }).map((planned) => planned.answer)
  expect([first, second].filter((each) => each?.plan)).toHaveLength(1)
  expect(first?.plan ? second : first).toMatchObject({ excluded: { capacity: 1 }, out: [{ reason: 'capacity' }] })
})

const startAfter = (until: number) =>
  answerTo({ nodes: [fakeNode('a', 'GB', { taken: lease(until) })], zones: [fakeOutlook('GB', [10, 10, 50, 50, 60, 60])] }).plan?.window.from

test('a busy node is free after its lease; one that is overdue keeps its job a little longer', () => {
  expect(startAfter(HOUR)).toBe(at(1))
  expect(startAfter(-HOUR)).toBe(at(0.25))
})

const needing = (gpus: number) => ({ needs: { gpus, vramBytes: 1e9, ramBytes: 0 }, deadline: toIso(NOW + 130 * MINUTE) })

test('places of a node with several GPUs are filled, and no GPU is used twice', () => {
  const nodes = [fakeNode('a', 'GB', { capabilities: { gpus: [fakeGpu, fakeGpu] } })]
  const jobs = [fakeJob('one', needing(1)), fakeJob('two', needing(2)), fakeJob('three', needing(1))]
  const starts = planAll(jobs, { nodes, zones: [fakeOutlook('GB', [100, 100, 50, 50, 50])] }).map((planned) => planned.answer.plan?.window.from)
  expect(starts[0]).toBe(starts[2])
  expect(new Set(starts).size).toBe(2)
})

const inAnHour = (gpus: number) => ({ needs: { gpus, vramBytes: 0, ramBytes: 0 }, deadline: toIso(NOW + 70 * MINUTE) })

test('a node that had a job and could not begin it is left out, and named', () => {
  const nodes = [fakeNode('a', 'GB'), fakeNode('b', 'GB')]
  const job = (...avoids: string[]) => ({
    ...fakeJob('job'),
    avoids: nodes.map(({ nodeId }) => nodeId).filter((nodeId) => avoids.some((name) => nodeId.startsWith(name))),
  })
  const answer = (...avoids: string[]) => planAll([job(...avoids)], { nodes, zones: [fakeOutlook('GB', [100, 100, 100])] })[0]?.answer
  expect(answer('a')).toMatchObject({
    plan: { nodeId: nodes[1]?.nodeId },
    excluded: { 'given-back': 1 },
    out: [{ nodeId: nodes[0]?.nodeId, reason: 'given-back' }],
  })
  expect(answer('a', 'b')).toMatchObject({ plan: null, excluded: { 'given-back': 2 } })
})

test('the processor takes one job at a time, whatever the GPUs of its node do', () => {
  const nodes = [fakeNode('a', 'GB', { capabilities: { gpus: [fakeGpu, fakeGpu, fakeGpu, fakeGpu] } })]
  const planned = planAll(
    [1, 1, 0, 1, 1, 0, 1].map((gpus, index) => fakeJob(`j${index}`, inAnHour(gpus))),
    { nodes, zones: [fakeOutlook('GB', [100, 100, 100])] },
  )
  expect(planned.map(({ answer: { plan } }) => plan !== null)).toEqual([true, true, true, true, true, false, false])
  expect(planned.slice(5).map(({ answer: { excluded, out } }) => [excluded, out.length])).toEqual([
    [{ capacity: 1 }, 1],
    [{ capacity: 1 }, 1],
  ])
  const busy = [{ ...nodes[0], taken: [{ jobId: 'other', gpus: 0, until: NOW + 2 * HOUR }] } as PlannerNode]
  const beside = [0, 4].map((gpus) => answerTo({ nodes: busy, zones: [fakeOutlook('GB', [100, 100, 100])] }, inAnHour(gpus)).excluded)
  expect(beside).toEqual([{ busy: 1 }, {}])
})

/** Wednesday noon, as an hour of the week. */
const NOON = 60
const week = (open: (hour: number) => boolean) => Array.from({ length: 168 }, (_, hour) => (open(hour) ? 0.5 : 0.4))

test('a node whose owner is there now takes jobs for the hours in which he usually is not', () => {
  const zones = [fakeOutlook('GB', [10, 10, 20, 20, 30, 30, 5, 5])]
  const nodes = [fakeNode('a', 'GB', { ready: false, availability: week((hour) => hour === NOON + 1 || hour === NOON + 2) })]
  expect(answerTo({ nodes, zones }).plan?.window.from).toBe(at(1))
  expect(answerTo({ nodes: [fakeNode('a', 'GB', { availability: week((hour) => hour === NOON + 2) })], zones }).plan?.window.from).toBe(at(0))
})

test('a node that is ready is tried when its hours leave no other time', () => {
  const nodes = [fakeNode('a', 'GB', { availability: never })]
  const spec = { expected: { seconds: 7_200, watts: 1_000 } }
  expect(answerTo({ nodes, zones: [fakeOutlook('GB', [100, 100, 100, 100])] }, spec).plan?.window.from).toBe(at(0))
})

const planIn = (zone: string, values: readonly number[]) => answerTo({ nodes: [fakeNode('p', zone)], zones: [fakeOutlook(zone, values)] }).plan

test('a job goes to another zone only for a quarter, and its place there is not kept if it stays', () => {
  const nodes = [fakeNode('a', 'GB'), fakeNode('b', 'DE')]
  const current = planIn('GB', [100, 100])
  const moved = (german: number) => planOne({ nodes, zones: [fakeOutlook('GB', [100, 100]), fakeOutlook('DE', [german, german])] }, {}, { current })
  expect(moved(75)).toMatchObject({ action: 're-route', reroutes: 1, answer: { plan: { zone: 'DE' } } })
  expect(moved(76)).toMatchObject({ action: 'keep', reroutes: 0, answer: { plan: { zone: 'GB' } } })
  expect(planOne({ nodes: [fakeNode('b', 'DE')], zones: [fakeOutlook('DE', [500, 500])] }, {}, { current })).toMatchObject({ action: 're-route', reroutes: 0 })
  expect(planOne({ nodes: [], zones: [] }, {}, { current })).toMatchObject({ action: 'hold', answer: { plan: null } })
})
