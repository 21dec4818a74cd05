import { expect, test } from 'vitest'
import { AMPLE_MS, FORECAST_MS, type Last, type Present, RETRY_MS, whyPlan } from './when-to-plan.ts'

const fleet = (...nodeIds: string[]): Last['nodes'] => nodeIds.map((nodeId) => ({ nodeId, online: true, ready: true, gone: false }))
const last: Last = { at: 1_000_000, startedAt: 0, doneAt: 0, nodes: fleet('a'), leases: new Set(['l1', 'l2']), hasFailed: false }
const present = (change: Partial<Present> = {}, afterMs = 1_000): Present => ({
  at: last.at + afterMs,
  monotonic: afterMs,
  nodes: fleet('a'),
  leases: last.leases,
  isAnyUnplanned: false,
  isAmple: false,
  isUpset: false,
  runEnds: [],
  ...change,
})

test.each([
  ['nothing has changed', present(), null],
  ['a job arrived or came back', present({ isAnyUnplanned: true }), 'job'],
  ['a job arrived, and enough others wait for a place', present({ isAnyUnplanned: true, isAmple: true }, AMPLE_MS - 1), null],
  ['a job arrived a while ago', present({ isAnyUnplanned: true, isAmple: true }, AMPLE_MS), 'job'],
  ['a node came or went', present({ nodes: fleet('a', 'b') }), 'node'],
  ['a node is no longer willing', present({ nodes: fleet('a').map((node) => ({ ...node, ready: false })) }), 'node'],
  ['a lease ended', present({ leases: new Set(['l1']) }), 'lease-ended'],
  ['a lease was given', present({ leases: new Set(['l1', 'l2', 'l3']) }), null],
  ['forecasts may be fresh', present({}, FORECAST_MS), 'forecast'],
  ['they may not yet be', present({}, FORECAST_MS - 1), null],
  ['a planned run is over', present({ runEnds: [last.at + 500] }), 'run-over'],
  ['a planned run was over when all was planned', present({ runEnds: [last.at] }), null],
  ['a planned run is not over', present({ runEnds: [last.at + 1_001] }), null],
  ['a place was missing a while ago', present({ isUpset: true }, RETRY_MS), 'upset'],
  ['a place was missing just now', present({ isUpset: true }, RETRY_MS - 1), null],
] as const)('where %s', (_, now, because) => {
  expect(whyPlan(last, now)).toBe(because)
})

test('everything is planned at the start', () => {
  expect(whyPlan(null, present())).toBe('start')
})

test('a round of which nothing came is not repeated at once, whatever else happens', () => {
  const failed = { ...last, hasFailed: true }
  expect(whyPlan(failed, present({ isAnyUnplanned: true, nodes: fleet('b') }, RETRY_MS - 1))).toBeNull()
  expect(whyPlan(failed, present({}, RETRY_MS))).toBe('upset')
})

test('however much happens, planning takes a quarter of the time at most', () => {
  const slow = { ...last, doneAt: 2_000 }
  const busy = { isAnyUnplanned: true, nodes: fleet('b'), isUpset: true }
  expect(whyPlan(slow, present(busy, 7_999))).toBeNull()
  expect(whyPlan(slow, present(busy, 8_000))).toBe('job')
})
