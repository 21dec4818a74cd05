import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { FAKE_KEY } from '../../shared/contract/agent-status.fake.ts'
import { AgentStatus } from '../../shared/contract/agent.ts'
import { ReasonCode } from '../../shared/contract/policy.ts'
import type { AgentJob } from '../../shared/contract/agent-job.ts'
import type { Reason } from '../../shared/contract/policy.ts'
import { openSqlite } from '../kernel/sqlite.ts'
import { fakeLease } from './jobs/lease.fixture.ts'
import { createJobsStore } from './jobs/jobs.store.ts'
import * as initial from './migrations/0001-initial.ts'
import * as receiptSearch from './migrations/0009-receipt-search.ts'
import { type StatusInput, startOfDay, statusOf } from './status.ts'
import { dayCodeOf, mayRunAnyway, outsideReasons } from './status-reasons.ts'
import { progressOf } from './shown-job.ts'
import { eventOf, payoutFact } from './sync/facts.fixture.ts'
import { applyEvent } from './sync/apply.ts'
import { createFactsStore } from './sync/facts.store.ts'

const NOW = Date.parse('2026-03-01T15:30:00.000Z')
const BASE: StatusInput = {
  version: '0.1.0',
  now: NOW,
  display: 'ready',
  policy: 'waiting',
  reasons: [],
  pausedUntil: null,
  finishing: false,
  anywayUntil: null,
  mayRunAnyway: false,
  outlook: { reasons: [], nextStart: null, message: 'x', net: null },
  lastYield: null,
  yieldTimes: { count: 0, p50Ms: null, p95Ms: null },
  job: null,
  running: [],
  busyDevices: new Set(),
  power: null,
  rate: null,
  devices: [],
  seen: [],
  node: { nodeId: 'n'.repeat(43), zone: 'GB-13', payoutAddress: null, payoutChange: null, payoutRefusal: null, key: FAKE_KEY },
  coordinator: { state: 'connected', url: 'http://127.0.0.1:1', lastSyncAt: null, message: null },
  todayReceipts: [],
  todayEarned: { accrued: 0n, confirmed: 0n },
  todayRunMs: 0,
  allEarned: { accrued: 0n, confirmed: 0n },
  payouts: { inFlightMicroUsd: 0n, paidMicroUsd: 0n, paidLamports: 0n },
}

/** A node is only ever paid what it has confirmed; every payout is one of the states a payout can reach. */
const History = fc
  .array(fc.tuple(fc.bigInt({ min: 0n, max: 1n << 54n }), fc.boolean()), { maxLength: 8 })
  .chain((earnings) =>
    fc.tuple(
      fc.constant(earnings),
      fc.array(
        fc.tuple(fc.nat({ max: 1_000 }), fc.constantFrom('planned', 'sent', 'confirmed', 'finalized', 'failed'), fc.bigInt({ min: 0n, max: 1n << 54n })),
        { maxLength: 6 },
      ),
    ),
  )

test('the devices a job works on are named, so that the owner knows what leaving one alone would stop', () => {
  const status = AgentStatus.parse(statusOf({ ...BASE, busyDevices: new Set(['a'.repeat(64)]) }))
  expect(status.busyDevices).toEqual(['a'.repeat(64)])
})

test('what is to be paid, on its way and paid adds up to what was confirmed, to the last micro-USD', () => {
  fc.assert(
    fc.property(History, ([earnings, shares]) => {
      const facts = createFactsStore(openSqlite(':memory:', [initial, receiptSearch]))
      const apply = {
        facts,
        summaryOf: () => expect.fail(),
        verdict: () => undefined,
        writeReceipt: () => undefined,
        payoutRefused: () => undefined,
        paidTo: () => undefined,
      }
      let seq = 0
      const tell = (fact: Parameters<typeof eventOf>[1]) => applyEvent(apply, eventOf(++seq, fact))
      for (const [index, [amount, confirmed]] of earnings.entries())
        tell({ kind: 'earning', earningId: `e${index}`, jobId: 'j', receiptId: 'r', state: confirmed ? 'confirmed' : 'accrued', microUsd: String(amount) })
      const confirmed = earnings.filter(([, is]) => is).reduce((sum, [amount]) => sum + amount, 0n)
      let left = confirmed
      const booked = { inFlight: 0n, paid: 0n, lamports: 0n }
      for (const [index, [permille, state, lamports]] of shares.entries()) {
        const amount = (left * BigInt(permille)) / 1_000n
        if (state !== 'failed') left -= amount
        if (state === 'finalized') booked.paid += amount
        else if (state !== 'failed') booked.inFlight += amount
        if (state === 'finalized') booked.lamports += lamports
        tell(payoutFact(`p${index}`, { state, microUsd: String(amount), lamports: String(lamports) }))
      }
      const { earnings: shown } = AgentStatus.parse(statusOf({ ...BASE, allEarned: facts.earnedSince(0), payouts: facts.payoutTotals() }))
      expect(shown).toEqual({
        accruedMicroUsd: String(earnings.reduce((sum, [amount]) => sum + amount, 0n) - confirmed),
        confirmedMicroUsd: String(left),
        inFlightMicroUsd: String(booked.inFlight),
        paidMicroUsd: String(booked.paid),
        paidLamports: String(booked.lamports),
      })
      expect(BigInt(shown.confirmedMicroUsd) + BigInt(shown.inFlightMicroUsd) + BigInt(shown.paidMicroUsd)).toBe(confirmed)
    }),
  )
})

test('a payout the node has heard of before its earning never makes a debt', () => {
  const status = statusOf({ ...BASE, payouts: { inFlightMicroUsd: 5n, paidMicroUsd: 7n, paidLamports: 1n } })
  expect(status.earnings.confirmedMicroUsd).toBe('0')
})

test('a job’s earning stands beside it to the last micro-USD, also beyond what a double can count', () => {
  const db = openSqlite(':memory:', [initial, receiptSearch])
  const [jobs, facts] = [createJobsStore(db), createFactsStore(db)]
  jobs.add(fakeLease(), NOW)
  jobs.update('lease-1', { receiptId: 'r1' })
  facts.addEarning({ earningId: 'e1', jobId: 'job-1', receiptId: 'r1', state: 'confirmed', microUsd: 9_007_199_254_740_993n, at: NOW })
  facts.addEarning({ earningId: 'e2', jobId: 'job-1', receiptId: 'another', state: 'confirmed', microUsd: 5n, at: NOW })
  expect(jobs.get('lease-1')).toMatchObject({ microUsd: '9007199254740993' })
})

test('today begins at midnight UTC', () => {
  expect(new Date(startOfDay(NOW)).toISOString()).toBe('2026-03-01T00:00:00.000Z')
  expect(startOfDay(startOfDay(NOW))).toBe(startOfDay(NOW))
  expect(statusOf(BASE).today.since).toBe('2026-03-01T00:00:00.000Z')
})

test('today’s energy, emissions and saving are those of today’s receipts; a negative saving stays one', () => {
  const receipt = { energyWh: 2, emissionsG: 0.5, attributedSavingG: -0.25 } as StatusInput['todayReceipts'][number]
  expect(statusOf({ ...BASE, todayReceipts: [receipt, receipt], todayRunMs: 90_000, todayEarned: { accrued: 1n, confirmed: 2n } }).today).toMatchObject({
    energyJ: 14_400,
    emissionsG: 1,
    attributedSavingG: -0.5,
    runMs: 90_000,
    receipts: 2,
    accruedMicroUsd: '1',
    confirmedMicroUsd: '2',
  })
})

test('progress goes from nothing to almost done, and only a running job has any', () => {
  const job = { state: 'running', startedAt: '2026-03-01T15:00:00.000Z', expectedSeconds: 600, progress: null } as AgentJob
  const at = (seconds: number) => progressOf(job, Date.parse('2026-03-01T15:00:00.000Z') + seconds * 1_000).progress
  expect([at(-5), at(0), at(300), at(599), at(6_000)]).toEqual([0, 0, 0.5, 0.99, 0.99])
  expect(progressOf({ ...job, state: 'waiting' }, NOW).progress).toBeNull()
  expect(progressOf({ ...job, startedAt: null }, NOW).progress).toBeNull()
})

test('what keeps work away from outside is named: no coordinator, an unreachable one, a grid that is not green', () => {
  const closed = { code: 'carbon', message: 'The grid is not green enough now.', until: null } as const
  const link = { url: 'http://coordinator.example', lastSyncAt: null, message: null }
  expect(outsideReasons({ ...link, url: null, state: 'unconfigured' }, null)).toMatchObject([{ code: 'offline' }])
  expect(outsideReasons({ ...link, state: 'offline', message: 'It cannot be reached.' }, closed)).toEqual([
    { code: 'offline', message: 'It cannot be reached.', until: null },
    closed,
  ])
  expect(outsideReasons({ ...link, state: 'connected' }, null)).toEqual([])
})

function sources(given: { reasons?: Reason[]; running?: boolean; job?: Partial<AgentJob> | null; closed?: Reason | null }) {
  return {
    policy: { reasons: () => given.reasons ?? [] },
    work: { running: () => given.running ?? false, current: () => (given.job as AgentJob | null | undefined) ?? null, waiting: () => null },
    grid: { gate: () => ({ open: !given.closed, reason: given.closed ?? null, greenWindows: [] }) },
    session: { state: () => ({ state: 'connected', url: 'http://127.0.0.1:1', lastSyncAt: null, message: null }) },
  } as unknown as Parameters<typeof dayCodeOf>[0]
}

test('every moment of the day has a code: work, the first reason against it, or no job', () => {
  const present: Reason = { code: 'owner-present', message: 'You are using this machine.', until: null }
  const carbon: Reason = { code: 'carbon', message: 'Not green.', until: null }
  const waits = { state: 'waiting', code: 'vram', message: '1.0 GiB of GPU memory are free.' } as const
  expect(dayCodeOf(sources({ running: true }))).toBe('running')
  expect(dayCodeOf(sources({ running: true, reasons: [present] }))).toBe('owner-present')
  expect(dayCodeOf(sources({ reasons: [present], closed: carbon }))).toBe('owner-present')
  expect(dayCodeOf(sources({ closed: carbon, job: waits }))).toBe('vram')
  expect(dayCodeOf(sources({ closed: carbon, job: { ...waits, code: 'carbon' } }))).toBe('carbon')
  expect(dayCodeOf(sources({ job: { ...waits, code: 'clock' } }))).toBe('no-jobs')
  expect(dayCodeOf(sources({}))).toBe('no-jobs')
})

const offered = (codes: readonly ReasonCode[], gridOpens = true): boolean =>
  mayRunAnyway(
    codes.map((code) => ({ code })),
    gridOpens,
  )

test('to run anyway is offered where only the owner’s own rules stand in the way', () => {
  expect([offered(['owner-present']), offered(['schedule', 'carbon', 'tariff', 'presence-unknown'])]).toEqual([true, true])
  expect(offered([])).toBe(false)
  expect(offered(['carbon'], false)).toBe(false)
  for (const hard of ReasonCode.options.filter((code) => !['owner-present', 'presence-unknown', 'schedule', 'carbon', 'tariff'].includes(code)))
    expect(offered(['owner-present', hard])).toBe(false)
})
