import { expect, test } from 'vitest'
import { avoidedNodes } from './avoiding.ts'

const NOW = 10_000_000
const MINUTE_MS = 60_000
const minutesAgo = (...minutes: number[]) => minutes.map((ago) => ({ jobId: 'job', nodeId: 'a', endedAt: NOW - ago * MINUTE_MS }))

test.each([
  ['a minute after the first time', [0.9], true],
  ['no longer', [1], false],
  ['two after the second', [1.9, 30], true],
  ['half an hour at most', [29, 60, 60, 60, 60, 60, 60, 60, 60], true],
  ['never for ever', [31, 60, 60, 60, 60, 60, 60, 60, 60], false],
])('a job keeps away from a node that gave it back %s', (_, ago, isAvoided) => {
  expect(avoidedNodes(minutesAgo(...ago), NOW).get('job') ?? []).toEqual(isAvoided ? ['a'] : [])
})

test('other jobs and other nodes are not concerned', () => {
  const unbegun = [...minutesAgo(0), { jobId: 'other', nodeId: 'b', endedAt: NOW }, { jobId: 'job', nodeId: 'b', endedAt: NOW }]
  expect(avoidedNodes(unbegun, NOW)).toEqual(
    new Map([
      ['job', ['a', 'b']],
      ['other', ['b']],
    ]),
  )
})
