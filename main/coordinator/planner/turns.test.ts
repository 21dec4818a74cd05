import { expect, test } from 'vitest'
import { NOW, fakeJob, fakeNode, fakeOutlook, planAll } from './planner.fake.ts'

const HOUR_S = 3_600
/** Ten hours of which every job needs one, but for the moment it takes to begin. */
const deadline = new Date(NOW + 10.4 * 3_600_000).toISOString()
const given = {
  nodes: [fakeNode('a', 'GB')],
  zones: [
    fakeOutlook(
      'GB',
      Array.from({ length: 48 }, (_, slot) => 200 + (slot % 7)),
    ),
  ],
}
const jobsOf = (name: string, count: number, { turn, priority = 5 }: { turn?: (index: number) => number; priority?: number } = {}) =>
  Array.from({ length: count }, (_, index) => fakeJob(`${name}-${index}`, { deadline, priority }, turn ? { turn: turn(index) } : {}))
const placed = (jobs: ReturnType<typeof jobsOf>) => planAll(jobs, given).flatMap(({ jobId, answer }) => (answer.plan ? [jobId] : []))
const share = (ids: readonly string[], name: string) => ids.filter((jobId) => jobId.startsWith(name)).length

test('where not all fit, a requester with five jobs gets its share beside one with forty', () => {
  const ids = placed([...jobsOf('many', 40, { turn: (index) => index * HOUR_S }), ...jobsOf('few', 5, { turn: (index) => index * HOUR_S })])
  expect(share(ids, 'few')).toBeGreaterThanOrEqual(4)
  expect(share(ids, 'many')).toBeGreaterThanOrEqual(4)
})

test('a high priority does not put aside whose turn it is', () => {
  const ids = placed([
    ...jobsOf('loud', 40, { turn: (index) => 100 * HOUR_S + index * HOUR_S, priority: 9 }),
    ...jobsOf('turn', 5, { turn: () => 0, priority: 0 }),
  ])
  expect(share(ids, 'turn')).toBe(5)
})

test('among those whose turns are about as near, and without turns, the higher priority goes first', () => {
  for (const turn of [{ turn: () => 7 }, {}]) {
    const ids = placed([...jobsOf('low', 20, { ...turn, priority: 1 }), ...jobsOf('high', 5, { ...turn, priority: 8 })])
    expect(share(ids, 'high')).toBe(5)
  }
})
