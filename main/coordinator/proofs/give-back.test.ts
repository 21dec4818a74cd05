import { expect, test } from 'vitest'
import type { Lease } from '../../../shared/contract/job.ts'
import { MAX_PROOFS, MAX_RECEIPT_INTERVALS } from '../../../shared/domain/carbon-receipt.ts'
import { proofFor, testCapabilities, testSpec } from '../test-work.fake.ts'
import { type ProofFacts, judgeProof } from './accept.ts'
import type { ProvenAttempt } from './ports.ts'

const NOW = Date.parse('2026-03-01T12:10:00.000Z')
const spec = { ...testSpec(NOW), checkpoints: true }
const lease = { leaseId: 'lease-1', token: 1, jobId: 'job-1', attemptId: 'attempt-1', spec } as Lease
const saved = 'a'.repeat(64)
const proof = proofFor(lease, { nodeId: 'n'.repeat(43), now: NOW, changes: { outputSha256: saved, exitCode: 143 } })
const [interval] = proof.intervals as [(typeof proof.intervals)[number]]

function judge(runs: ProofFacts['runs'], changes: Partial<ProvenAttempt> = {}) {
  const attempt = {
    ...lease,
    requesterId: 'r',
    plan: { zone: 'GB-13' },
    submittedAt: NOW - 100_000,
    leasedAt: NOW - 90_000,
    standing: 'current',
    saved,
    ...changes,
  }
  const about = { now: NOW, slackMs: 0, leaseId: 'lease-1', proof, bodySha256: 'b'.repeat(64), left: { kind: 'checkpoint' }, runs, beside: [] } as const
  return judgeProof({
    ...about,
    chain: { seq: 0, head: null },
    stored: null,
    attempt: attempt as unknown as ProvenAttempt,
    capabilities: testCapabilities,
  })
}
const times = (count: number, intervals = 1) => Array.from({ length: count }, () => ({ intervals: Array.from({ length: intervals }, () => interval) }))

test('a run counts whatever its process ended with, because what it saved counts', () => {
  expect(judge([])).toBeNull()
})

test.each<[string, Partial<ProvenAttempt>]>([
  ['handed over nothing', { saved: null }],
  ['handed over something else', { saved: 'c'.repeat(64) }],
  ['belongs to a job that saves nothing', { spec: { ...spec, checkpoints: false } }],
])('a run that %s does not count', (_, changes) => {
  expect(judge([], changes)).toMatchObject({ code: 'proof.output', endsAttempt: false, message: expect.stringContaining('does not count') })
})

test('as many runs count as the receipt of the last one has room for', () => {
  expect(judge(times(MAX_PROOFS - 2))).toBeNull()
  expect(judge(times(MAX_PROOFS - 1))).toMatchObject({ code: 'proof.output', endsAttempt: false })
  expect(judge(times(1, MAX_RECEIPT_INTERVALS - 501))).toBeNull()
  expect(judge(times(1, MAX_RECEIPT_INTERVALS - 500))).toMatchObject({ code: 'proof.output' })
})
