import { expect, test } from 'vitest'
import { openSqlite } from '../../kernel/sqlite.ts'
import * as initial from '../migrations/0001-initial.ts'
import * as receiptSearch from '../migrations/0009-receipt-search.ts'
import { createFactsStore } from '../sync/facts.store.ts'
import { createJobsStore } from './jobs.store.ts'
import { fakeLease } from './lease.fixture.ts'

const store = () => createJobsStore(openSqlite(':memory:', [initial, receiptSearch]))
const leaseNamed = (id: string) => fakeLease({ leaseId: id, jobId: `job-${id}`, attemptId: `attempt-${id}` })

test('a lease is kept once, whoever offers it and however often', () => {
  const jobs = store()
  expect(jobs.add(leaseNamed('a'), 1)).toBe('inserted')
  expect(jobs.add({ ...leaseNamed('a'), token: 9 }, 2)).toBe('duplicate')
  expect(jobs.add({ ...leaseNamed('b'), attemptId: 'attempt-a' }, 3)).toBe('duplicate')
  expect(jobs.open()).toEqual([{ lease: leaseNamed('a'), state: 'leased' }])
})

test('what is open comes in the order of arrival, what has ended is not open', () => {
  const jobs = store()
  for (const [index, id] of ['c', 'a', 'b'].entries()) jobs.add(leaseNamed(id), index)
  for (const state of ['waiting', 'preparing', 'running', 'collecting', 'proving', 'submitted'] as const) {
    jobs.update('a', { state })
    expect(jobs.open().map(({ lease }) => lease.leaseId)).toEqual(['c', 'a', 'b'])
  }
  for (const state of ['accepted', 'refused', 'failed', 'cancelled', 'lost'] as const) {
    jobs.update('a', { state })
    expect(jobs.open().map(({ lease }) => lease.leaseId)).toEqual(['c', 'b'])
  }
})

test('a change touches what it names and nothing else, and null takes a reason away', () => {
  const jobs = store()
  jobs.add(leaseNamed('a'), Date.parse('2026-03-01T12:00:00.000Z'))
  jobs.update('a', { state: 'waiting', code: 'carbon', message: 'Waits.' })
  jobs.update('a', {})
  jobs.update('a', { startedAt: Date.parse('2026-03-01T12:01:00.000Z') })
  expect(jobs.get('a')).toMatchObject({
    state: 'waiting',
    code: 'carbon',
    startedAt: '2026-03-01T12:01:00.000Z',
    endedAt: null,
    receivedAt: '2026-03-01T12:00:00.000Z',
  })
  jobs.update('a', { code: null, message: null })
  expect(jobs.get('a')).toMatchObject({ state: 'waiting', code: null, message: null })
  jobs.update('nobody', { state: 'failed' })
  expect(jobs.get('nobody')).toBeNull()
})

test('a proof leads back to its lease', () => {
  const jobs = store()
  jobs.add(leaseNamed('a'), 0)
  jobs.update('a', { proofId: 'proof-1' })
  expect([jobs.leaseOfProof('proof-1'), jobs.leaseOfProof('proof-2')]).toEqual(['a', null])
})

test('run time counts accepted work by when it ended, paid or not', () => {
  const jobs = store()
  for (const [id, state, endedAt] of [
    ['a', 'accepted', 1_000],
    ['b', 'accepted', 2_000],
    ['c', 'refused', 2_000],
    ['d', 'given-back', 3_000],
  ] as const) {
    jobs.add(leaseNamed(id), 0)
    jobs.update(id, { state, startedAt: 500, endedAt })
  }
  expect([jobs.runMsSince(0), jobs.runMsSince(1_001), jobs.runMsSince(9_000)]).toEqual([4_500, 4_000, 0])
})

test('runs of one job that are paid together show what they came to once, on the last of them', () => {
  const db = openSqlite(':memory:', [initial, receiptSearch])
  const jobs = createJobsStore(db)
  const facts = createFactsStore(db)
  for (const [index, id] of ['first', 'second'].entries()) {
    jobs.add(fakeLease({ leaseId: id, attemptId: id }), index)
    jobs.update(id, { receiptId: 'receipt-1', state: 'accepted' })
  }
  facts.addEarning({ earningId: 'e', jobId: 'job-1', receiptId: 'receipt-1', state: 'confirmed', microUsd: 150n, at: 0 })
  expect(['first', 'second'].map((id) => jobs.get(id)?.microUsd)).toEqual([null, '150'])
})

test('what was rolled back was never open', () => {
  const db = openSqlite(':memory:', [initial, receiptSearch])
  const jobs = createJobsStore(db)
  jobs.add(leaseNamed('a'), 0)
  const before = jobs.open()
  const fail = db.transaction(() => {
    jobs.add(leaseNamed('b'), 1)
    jobs.update('a', { state: 'running' })
    expect(jobs.open().map(({ state }) => state)).toEqual(['running', 'leased'])
    throw new Error('the disk is full')
  })
  expect(fail).toThrow('full')
  expect(jobs.open()).toEqual(before)
})
