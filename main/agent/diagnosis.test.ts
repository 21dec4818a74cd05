import { expect, test } from 'vitest'
import { fakeStatus } from '../../shared/contract/agent-status.fake.ts'
import { createFakeClock } from '../kernel/clock.fake.ts'
import { type Diagnose, createDiagnosis } from './diagnosis.ts'

const signal = new AbortController().signal
const GROUPS = [{ title: 'Computer', results: [{ code: 'disk', verdict: 'ok' as const, evidence: '80 GiB free', fix: null }] }]

function setUp(diagnose: Diagnose | null) {
  let changes = 0
  const clock = createFakeClock(Date.parse('2026-03-01T12:00:00.000Z'))
  const deps = { diagnose, clock, dataDirectory: '/data', environment: {}, status: () => fakeStatus(), changed: () => void changes++ }
  return { ...createDiagnosis(deps, signal), clock, changes: () => changes }
}

test('an examination tells how far it is, is made once at a time, and stays to be read', async () => {
  const ends = Promise.withResolvers<typeof GROUPS>()
  let asked = 0
  const { view, begin, clock, changes } = setUp(({ left }) => {
    asked++
    left(['disk', 'gpu'])
    left(['gpu'])
    return ends.promise
  })
  expect(view().state).toBe('none')
  begin()
  begin()
  expect(asked).toBe(1)
  expect(view()).toMatchObject({ state: 'running', of: 2, pending: ['gpu'], startedAt: '2026-03-01T12:00:00.000Z' })
  await clock.advance(3_000)
  ends.resolve(GROUPS)
  await ends.promise
  await Promise.resolve()
  expect(view()).toMatchObject({ state: 'done', pending: [], groups: GROUPS, endedAt: '2026-03-01T12:00:03.000Z' })
  expect(changes()).toBe(4)
  begin()
  expect(view()).toMatchObject({ state: 'running', groups: GROUPS })
})

test('one that breaks says so, and can be made again', async () => {
  const { view, begin } = setUp(async () => {
    throw new Error('out of memory')
  })
  begin()
  await Promise.resolve()
  await Promise.resolve()
  expect(view()).toMatchObject({ state: 'failed', message: 'out of memory' })
  begin()
  expect(view().state).toBe('running')
})

test('an agent without the checks says where they are', () => {
  const { view, begin } = setUp(null)
  expect(view().state).toBe('unavailable')
  expect(begin).toThrow(expect.objectContaining({ code: 'unavailable', message: expect.stringContaining('windfall doctor') }))
})
