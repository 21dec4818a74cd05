import { expect, test } from 'vitest'
import type { PlannerJob } from './input.ts'
import { planJobs } from './plan.ts'
import { NOW, fakeJob, fakeNode, fakeOutlook } from './planner.fake.ts'

const nodes = ['a', 'b', 'c'].map((name) => fakeNode(name, 'GB'))
const [a, b, c] = nodes.map(({ nodeId }) => nodeId)
const answerFor = (change: Partial<PlannerJob>) =>
  planJobs({ now: NOW, jobs: [fakeJob('j', {}, change)], zones: [fakeOutlook('GB', [100, 100])], nodes })[0]?.answer

test('those whose owners have a result are left out and counted, and none is left when all have', () => {
  expect(answerFor({ barred: [a ?? '', c ?? ''] })).toMatchObject({ plan: { nodeId: b }, excluded: { owner: 2 } })
  expect(answerFor({ barred: nodes.map(({ nodeId }) => nodeId) })).toMatchObject({ plan: null, excluded: { owner: 3 } })
})

test('a job that is for one node goes there or nowhere', () => {
  for (const only of [a, b, c]) expect(answerFor({ only: only ?? '' })?.plan?.nodeId).toBe(only)
  expect(answerFor({ only: 'gone' })?.plan).toBeNull()
})

test('who asks for several results reads what they may cost together', () => {
  const alone = answerFor({})
  const job = fakeJob('j', { quorum: { results: 3, compare: { kind: 'exact' } } })
  const three = planJobs({ now: NOW, jobs: [job], zones: [fakeOutlook('GB', [100, 100])], nodes })[0]?.answer
  expect([alone?.results, three?.results]).toEqual([undefined, 3])
  expect(BigInt(three?.maxPriceMicroUsd ?? 0)).toBe(3n * BigInt(alone?.maxPriceMicroUsd ?? 0))
})
