import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { NodeEvent } from '../../../shared/contract/node-event.ts'
import { testBundle } from '../../../shared/domain/receipt-bundle.fake.ts'
import { predicateOf, recordedOnOf, summaryOf } from '../../../shared/domain/receipt-summary.ts'
import { createSigner, generateKeyPem } from '../../kernel/signing.ts'
import { openSqlite } from '../../kernel/sqlite.ts'
import { createJobsStore } from '../jobs/jobs.store.ts'
import { fakeLease } from '../jobs/lease.fixture.ts'
import * as initial from '../migrations/0001-initial.ts'
import * as receiptSearch from '../migrations/0009-receipt-search.ts'
import { type PaidTo, type PayoutRefusal, applyEvent } from './apply.ts'
import { createFakeCoordinator } from './coordinator.fake.ts'
import { eventOf, factsOf, payoutFact } from './facts.fixture.ts'
import { createFactsStore } from './facts.store.ts'
import { pullFeed } from './feed.ts'

const signer = createSigner(generateKeyPem())
const bundle = await testBundle()
const summary = { ...summaryOf(predicateOf(bundle), 5), recordedOn: recordedOnOf(predicateOf(bundle)) }

function setUp(jobs: readonly string[] = ['j1', 'j2']) {
  const db = openSqlite(':memory:', [initial, receiptSearch])
  const jobsStore = createJobsStore(db)
  const facts = createFactsStore(db)
  const files: string[] = []
  const refusals: (PayoutRefusal | null)[] = []
  const paid: PaidTo[] = []
  for (const jobId of jobs) {
    jobsStore.add(fakeLease({ jobId, leaseId: `lease-${jobId}`, attemptId: `attempt-${jobId}` }), 0)
    jobsStore.update(`lease-${jobId}`, { state: 'submitted', proofId: `proof-${jobId}` })
  }
  const apply = (event: NodeEvent) =>
    applyEvent(
      {
        facts,
        summaryOf: () => summary,
        verdict: (proofId, verdict) => jobsStore.update(jobsStore.leaseOfProof(proofId) ?? 'nobody', verdict),
        writeReceipt: (receiptId) => void files.push(receiptId),
        payoutRefused: (refusal) => void refusals.push(refusal),
        paidTo: (told) => void paid.push(told),
      },
      event,
    )
  const everything = () => ['job', 'receipt', 'earning', 'payout'].map((table) => db.prepare(`SELECT * FROM ${table} ORDER BY 1`).all())
  return { jobs: jobsStore, facts, files, refusals, paid, apply, everything }
}

const HISTORY = [...factsOf('j1', bundle), ...factsOf('j2', bundle)].map((fact, index) => eventOf(index + 1, fact))

test('what the feed says is what the owner sees', () => {
  const { jobs, facts, files, apply } = setUp()
  for (const event of HISTORY) apply(event)
  expect(jobs.get('lease-j1')).toMatchObject({ state: 'accepted', code: null, receiptId: 'receipt-j1', microUsd: '150' })
  expect(facts.earnedSince(0)).toEqual({ accrued: 0n, confirmed: 300n })
  expect(facts.payoutTotals()).toEqual({ inFlightMicroUsd: 0n, paidMicroUsd: 300n, paidLamports: 2_000n })
  expect(files).toContain('receipt-1')
})

const run = { proofId: 'proof-j1', jobId: 'j1' }

test('a run that was given back waits for its pay until its job is finished, whatever is asked of its samples meanwhile', () => {
  const { jobs, apply } = setUp()
  apply(eventOf(1, { kind: 'proof-accepted', ...run, receiptId: null }))
  const waits = { state: 'given-back', code: null, message: expect.stringContaining('is paid when it is finished'), receiptId: null }
  expect(jobs.get('lease-j1')).toMatchObject(waits)
  apply(eventOf(2, { kind: 'challenge', challengeId: 'c', ...run, state: 'overdue', message: 'The node did not answer.' }))
  expect(jobs.get('lease-j1')).toMatchObject({ state: 'given-back', code: 'challenge.overdue' })
  for (const [index, fact] of factsOf('j1', bundle).entries()) apply(eventOf(3 + index, fact))
  expect(jobs.get('lease-j1')).toMatchObject({ state: 'accepted', code: null, message: null, receiptId: 'receipt-j1', microUsd: '150' })
})

test('of a run that is not paid the owner reads why', () => {
  const { jobs, apply } = setUp()
  apply(eventOf(1, { kind: 'proof-accepted', ...run, receiptId: null }))
  apply(eventOf(2, { kind: 'run-unpaid', ...run, cause: 'failed', message: 'The job failed later.' }))
  expect(jobs.get('lease-j1')).toMatchObject({ state: 'given-back', code: 'unpaid.failed', message: 'The job failed later.' })
})

test('an address that cannot be paid is known with its reason until a payout to it is planned', () => {
  const { refusals, apply } = setUp()
  const refusal = { address: '1'.repeat(32), reason: 'It is a program; SOL sent to it is lost.' }
  apply(eventOf(1, { kind: 'payout-refused', ...refusal }))
  apply(eventOf(2, payoutFact('p1', { state: 'failed' })))
  expect(refusals).toEqual([refusal])
  apply(eventOf(3, payoutFact('p2')))
  expect(refusals).toEqual([refusal, null])
})

test('a refused proof shows its code and its reason; news of a proof that is not ours changes nothing', () => {
  const { jobs, apply, everything } = setUp()
  apply(eventOf(1, { kind: 'proof-refused', proofId: 'proof-j1', jobId: 'j1', code: 'proof.implausible', message: 'More than the card can draw.' }))
  expect(jobs.get('lease-j1')).toMatchObject({ state: 'refused', code: 'proof.implausible', message: 'More than the card can draw.' })
  const before = everything()
  apply(eventOf(2, { kind: 'proof-refused', proofId: 'unreadable-0123', jobId: 'unknown', code: 'proof.malformed', message: 'x' }))
  expect(everything()).toEqual(before)
})

const told = (state: 'valid' | 'mismatch' | 'overdue') =>
  ({ kind: 'challenge', challengeId: `challenge-${state}`, proofId: 'proof-j1', jobId: 'j1', state, message: 'What came of it.' }) as const

test('what came of a challenge is told with the job, the job stays accepted, and a later one that fits takes it back', () => {
  const { jobs, apply } = setUp()
  for (const event of HISTORY) apply(event)
  for (const state of ['mismatch', 'overdue'] as const) {
    apply(eventOf(100, told(state)))
    expect(jobs.get('lease-j1')).toMatchObject({
      state: 'accepted',
      code: `challenge.${state}`,
      message: 'What came of it.',
      receiptId: 'receipt-j1',
      microUsd: '150',
    })
  }
  apply(eventOf(101, told('valid')))
  expect(jobs.get('lease-j1')).toMatchObject({ state: 'accepted', code: null, message: null, receiptId: 'receipt-j1' })
})

test('the feed applied again, from wherever it is taken up, changes nothing', () => {
  fc.assert(
    fc.property(fc.nat({ max: HISTORY.length }), fc.nat({ max: HISTORY.length }), (reached, from) => {
      const once = setUp()
      for (const event of HISTORY) once.apply(event)
      const again = setUp()
      for (const event of HISTORY.slice(0, reached)) again.apply(event)
      for (const event of HISTORY.slice(Math.min(from, reached))) again.apply(event)
      expect(again.everything()).toEqual(once.everything())
    }),
  )
})

test('pulling takes up after the last event stored, page by page, and stops when there is no more', async () => {
  const coordinator = createFakeCoordinator(signer)
  for (let seq = 1; seq <= 250; seq++) coordinator.events.push(eventOf(seq, payoutFact(`p${seq}`)))
  let position = 30
  const stored: number[] = []
  const deps = {
    client: coordinator.client,
    position: () => position,
    store: (events: readonly NodeEvent[], last: number) => {
      stored.push(...events.map(({ seq }) => seq))
      position = last
    },
  }
  expect(await pullFeed(deps)).toBe(220)
  expect(stored).toEqual(Array.from({ length: 220 }, (_, index) => index + 31))
  expect(coordinator.calls).toHaveLength(4)
  expect(await pullFeed(deps)).toBe(0)
})

test('a page that cannot be stored is asked for again', async () => {
  const coordinator = createFakeCoordinator(signer)
  coordinator.events.push(eventOf(1, payoutFact('p1')))
  let position = 0
  let full = true
  const deps = {
    client: coordinator.client,
    position: () => position,
    store: (_: readonly NodeEvent[], last: number) => {
      if (full) throw new Error('disk full')
      position = last
    },
  }
  await expect(pullFeed(deps)).rejects.toThrow('disk full')
  full = false
  expect(await pullFeed(deps)).toBe(1)
})

test('a coordinator that repeats itself does not make a node run in circles', async () => {
  const coordinator = createFakeCoordinator(signer)
  const all = [1, 2].map((seq) => eventOf(seq, payoutFact(`p${seq}`)))
  Object.assign(coordinator.transport, { invoke: async () => ({ events: all, next: 0 }) })
  let position = 0
  const stored: number[][] = []
  const store = (events: readonly NodeEvent[], last: number) => {
    stored.push(events.map(({ seq }) => seq))
    position = last
  }
  expect(await pullFeed({ client: coordinator.client, position: () => position, store })).toBe(2)
  expect(stored).toEqual([[1, 2]])
})

test('events that skip a number or come mixed up are not stored: what is missing would never be asked for again', async () => {
  const coordinator = createFakeCoordinator(signer)
  for (const seqs of [[2], [1, 3], [2, 1], [1, 2, 2], [9_000_000_000]]) {
    Object.assign(coordinator.transport, { invoke: async () => ({ events: seqs.map((seq) => eventOf(seq, payoutFact(`p${seq}`))), next: 0 }) })
    const deps = { client: coordinator.client, position: () => 0, store: () => expect.fail('stored') }
    await expect(pullFeed(deps)).rejects.toMatchObject({ code: 'internal' })
  }
})

test('where the node is paid is what was said last, whoever asked for the change', () => {
  const { paid, apply } = setUp()
  const [home, next] = ['1'.repeat(32), '2'.repeat(32)]
  const told = [
    { address: home, pending: null },
    { address: home, pending: { address: next, effectiveAt: '2026-03-03T12:00:00.000Z' } },
    { address: next, pending: null },
  ]
  for (const [index, fact] of told.entries()) apply(eventOf(index + 1, { kind: 'payout-address', ...fact }))
  expect(paid).toEqual(told)
})
