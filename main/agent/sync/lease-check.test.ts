import { expect, test } from 'vitest'
import { createFakeClock } from '../../kernel/clock.fake.ts'
import { fakeLease } from '../jobs/lease.fixture.ts'
import { leaseProblem } from './lease-check.ts'
import { createTenure } from './tenure.ts'

const lease = fakeLease()
const query = { nodeId: 'n'.repeat(43), zone: 'GB-13', now: Date.parse('2026-03-01T12:00:00.000Z') }
const window = (from: string, to: string) => ({ from: `2026-${from}:00:00.000Z`, to: `2026-${to}:00:00.000Z` })
const spec = (change: Partial<typeof lease.spec>) => ({ spec: { ...lease.spec, ...change } })

test('a lease as the coordinator gives them is taken', () => {
  expect(leaseProblem(lease, query)).toBeNull()
  expect(leaseProblem({ ...lease, ...spec({ zones: ['DE', 'GB-13'] }) }, query)).toBeNull()
})

test.each([
  ['for another node', { plan: { ...lease.plan, nodeId: 'o'.repeat(43) } }, /another node/],
  ['for other zones', spec({ zones: ['DE'] }), /this zone/],
  ['with a window that runs backwards', { window: window('03-01T13', '03-01T12') }, /ends before/],
  ['with a window without length', { window: window('03-01T13', '03-01T13') }, /ends before/],
  ['with a window after its deadline', { window: window('03-02T12', '03-02T13') }, /after its deadline/],
  ['whose deadline has passed', spec({ deadline: '2026-03-01T12:00:00.000Z' }), /deadline has passed/],
  ['for next year', { window: window('12-01T12', '12-01T13'), ...spec({ deadline: '2027-03-01T12:00:00.000Z' }) }, /too far ahead/],
  ['that would never end', { ttlMs: 9e15 }, /never end/],
])('a lease %s is not', (_, change, problem) => {
  expect(leaseProblem({ ...lease, ...change }, query)).toMatch(problem)
})

test('a lease starts only while its coordinator has confirmed it lately, and not after a restart before it was asked', async () => {
  const clock = createFakeClock()
  const tenure = createTenure(clock)
  const objection = () => tenure.objection(lease)?.code ?? null
  expect(objection()).toBe('offline')
  tenure.confirm(['lease-1'])
  await clock.advance(lease.ttlMs - 1)
  expect(objection()).toBeNull()
  await clock.advance(1)
  expect(objection()).toBe('offline')
  tenure.confirm(['lease-2'])
  expect(objection()).toBe('offline')
  tenure.confirm(['lease-1'])
  // A wall clock that is set prolongs nothing.
  clock.jump(-3_600_000)
  await clock.advance(lease.ttlMs)
  expect(objection()).toBe('offline')
})

test('however many leases are named, few are remembered, and the latest are', () => {
  const tenure = createTenure(createFakeClock())
  tenure.confirm(['lease-1', ...Array.from({ length: 100_000 }, (_, index) => `other-${index}`)])
  expect(tenure.objection(lease)?.code).toBe('offline')
  tenure.confirm(['lease-1'])
  expect(tenure.objection(lease)).toBeNull()
})
