import { createHash } from 'node:crypto'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { IncidentCause, IncidentState } from '../../../shared/contract/incident.ts'
import type { Signal } from '../../../shared/contract/wire.ts'
import { toIso } from '../../../shared/units.ts'
import { emptySignal } from '../../../shared/domain/signal.fake.ts'
import type { Evidence } from './detect.ts'
import { NEXT, type Standing } from './machine.ts'
import type { RunningJob } from './pause.ts'
import { detectionInputs, detectionPolicy, movePolicy, pausePolicy } from './policies.ts'

const NOW = Date.parse('2026-03-18T12:00:00.000Z')
const HOUR_MS = 3_600_000
const INCIDENT = { kind: 'incident', id: 'incident-1' } as const
const JOB = { kind: 'job', id: 'job-1' } as const

const signal = (change: Partial<Signal>, values: readonly number[], from: number): Signal =>
  emptySignal(NOW, {
    source: 'Test',
    attribution: 'Test',
    points: values.map((value, hour) => ({ from: toIso(from + hour * HOUR_MS), to: toIso(from + (hour + 1) * HOUR_MS), value, forecast: false })),
    ...change,
  })

const week = signal(
  {},
  [...Array(168).keys()].map((hour) => 150 + (hour % 24) * 3),
  NOW - 168 * HOUR_MS,
)
const share = signal({ kind: 'renewableShare', basis: null, unit: '%' }, [96], NOW)
const stretch = { from: toIso(NOW), to: toIso(NOW + HOUR_MS), share: 96, evidence: 'Test' }
const EVIDENCE: readonly Evidence[] = [
  { cause: 'intensity-spike', intensity: signal({}, [420, 430], NOW), usual: week },
  { cause: 'intensity-spike', intensity: signal({}, [180], NOW), usual: null },
  { cause: 'surplus', share, stretches: [stretch] },
  { cause: 'curtailment', share, price: null, stretches: [] },
  { cause: 'frequency', frequency: signal({ kind: 'frequency', basis: null, unit: 'Hz' }, [49.7], NOW - HOUR_MS) },
  { cause: 'stale-source', zone: 'GB', source: { answers: false, lastAnswerAt: NOW - 4 * HOUR_MS, staleAfterMs: 2 * HOUR_MS } },
  { cause: 'node-loss', node: { nodeId: 'n'.repeat(43), zone: 'GB', online: false, gone: true, held: true } },
]
/** Every incident has left MONITORING. */
const STANDINGS: readonly Standing[] = IncidentCause.options.flatMap((cause) =>
  IncidentState.exclude(['MONITORING']).options.map((state) => ({
    cause,
    state,
    detectedAt: NOW - HOUR_MS,
    presentSince: NOW - HOUR_MS,
    goneSince: NOW - HOUR_MS,
    over: false,
  })),
)
const running = (change: Partial<RunningJob>): RunningJob => ({
  jobId: 'job-1',
  leaseId: 'lease-1',
  mayPause: true,
  watts: 300,
  expectedMs: 4 * HOUR_MS,
  restMs: 2 * HOUR_MS,
  deadlineAt: NOW + 24 * HOUR_MS,
  now: { moment: 500, rest: 480 },
  later: { from: NOW + 6 * HOUR_MS, rest: 110 },
  ...change,
})
const JOBS = [running({}), running({ mayPause: false }), running({ later: null }), running({ deadlineAt: NOW + HOUR_MS }), running({ restMs: 60_000 })]

/** What this version answers to everything above. */
const ANSWERS = {
  detection: EVIDENCE.map((evidence) => detectionPolicy.decide(detectionInputs(evidence, NOW), INCIDENT)),
  move: STANDINGS.flatMap((standing) =>
    (['present', 'absent', 'unknown'] as const).map((seen) => movePolicy.decide({ standing, look: { seen, now: NOW } }, INCIDENT)),
  ),
  pause: JOBS.map((job) => pausePolicy.decide({ job, at: NOW }, JOB)),
}

test.each([
  ['detection', detectionPolicy, '1', '73d85c1802e6554151b8543145feda811a6cf3929c80bf8a23e6b17ab95b244f'],
  ['move', movePolicy, '1', '06f95b3e7df848b31f2c6444424b80be5b816c775948ea5caf1ebdb73232f2a9'],
  ['pause', pausePolicy, '1', '4317f2c6bc977c3039492f9f0ac9edb1034a01f4c243385e281cd67f72e42dd5'],
] as const)('version by version, %s answers as it always did; where an answer changes, VERSION does', (name, { version }, recorded, sha256) => {
  const answers = createHash('sha256').update(JSON.stringify(ANSWERS[name])).digest('hex')
  expect([version, answers]).toEqual([recorded, sha256])
})

test('what was weighed holds what was chosen, once', () => {
  for (const answer of Object.values(ANSWERS).flat()) expect(answer.alternatives.filter(({ chosen }) => chosen)).toHaveLength(1)
  expect(ANSWERS.detection.map(({ outcome }) => outcome.seen)).toEqual(['present', 'unknown', 'present', 'unknown', 'present', 'present', 'present'])
  for (const { outcome } of ANSWERS.move) if (outcome) expect(NEXT[outcome.from]).toContain(outcome.to)
  expect(ANSWERS.pause[0]).toMatchObject({
    outcome: { action: 'pause' },
    alternatives: [
      { option: 'keep', score: 288 },
      { option: 'pause', score: 67.65 },
    ],
  })
})

test('a pause is weighed by grams where they are known, and by nothing where they are not', () => {
  fc.assert(
    fc.property(fc.constantFrom(...JOBS), fc.boolean(), (job, isKnown) => {
      const { alternatives } = pausePolicy.decide({ job: { ...job, ...(isKnown ? {} : { now: null, later: null }) }, at: NOW }, JOB)
      expect(alternatives.every(({ score }) => score === null || (isKnown && score >= 0))).toBe(true)
    }),
  )
})
