import { expect, test } from 'vitest'
import type { Signal } from '../../shared/contract/wire.ts'
import { HALF_HOUR_MS, fromIso, toIso } from '../../shared/units.ts'
import { proofFor, testSpec } from './core.fake.ts'
import type { GridOracle } from './grid/oracle.ts'
import type { Tx } from './persistence/database.ts'
import { fakeSignal } from './planner/planner.fake.ts'
import type { ReceiptOrder } from './proofs/ports.ts'
import { createReceipting } from './receipting.ts'
import type { IssueInput, ReceiptIssuer } from './receipts/issue.ts'

const SUBMITTED = fromIso('2026-03-18T09:10:00.000Z')
const NOW = fromIso('2026-03-18T12:40:00.000Z')
const LEASE = { leaseId: 'lease-1', token: 1, jobId: 'job-1', attemptId: 'attempt-1', spec: testSpec(NOW) }
const proof = proofFor(LEASE as Parameters<typeof proofFor>[0], { nodeId: 'n'.repeat(43), now: NOW })
const order = {
  proof,
  bodySha256: 'b'.repeat(64),
  envelope: { payload: '', payloadType: '', signatures: [] },
  node: { nodeId: 'n'.repeat(43), history: { keys: [{ publicJwk: { kty: 'OKP', crv: 'Ed25519', x: 'x'.repeat(43) } }] }, rotations: [] },
  attempt: { ...LEASE, submittedAt: SUBMITTED, plan: { zone: 'GB-13' } },
} as unknown as ReceiptOrder

/** The zone's intensity is its hour of the day, unless a stretch is missing. */
function setUp(missing: (from: number) => boolean = () => false) {
  const asked: [string, string, string][] = []
  const issued: IssueInput[] = []
  const oracle: GridOracle = {
    signal: () => expect.fail('a receipt is about what was'),
    actuals: async (zone, from, to): Promise<Signal> => {
      asked.push([zone, toIso(from), toIso(to)])
      const start = from - (from % HALF_HOUR_MS)
      const slots = Array.from({ length: 8 }, (_, index) => start + index * HALF_HOUR_MS)
      const points = slots.map((at) => ({
        from: toIso(at),
        to: toIso(at + HALF_HOUR_MS),
        value: missing(at) ? null : new Date(at).getUTCHours(),
        forecast: false,
      }))
      return { ...fakeSignal(zone, []), points }
    },
  }
  const issuer = { issue: async (_: Tx, input: IssueInput) => void issued.push(input) } as unknown as ReceiptIssuer
  const prepare = createReceipting(issuer, oracle, new AbortController().signal)
  return { asked, issued, prepare }
}

test('a receipt rests on the grid while the job ran, and on the same stretch of time from the moment it was submitted', async () => {
  const { asked, issued, prepare } = setUp()
  const issue = await prepare(order)
  const [from, to] = [fromIso(proof.startedAt), fromIso(proof.endedAt)]
  expect(asked).toEqual([
    ['GB-13', toIso(from), toIso(to)],
    ['GB-13', toIso(SUBMITTED), toIso(SUBMITTED + to - from)],
  ])
  expect(issued).toEqual([])
  await issue({} as Tx)
  const [input] = issued
  expect(input).toMatchObject({
    job: { jobId: 'job-1', submittedAt: toIso(SUBMITTED), zone: 'GB-13', modelId: null },
    image: LEASE.spec.runtime.image,
    outputSha256: proof.outputSha256,
    proofs: [{ proof, bodySha256: 'b'.repeat(64) }],
    baseline: { zone: 'GB-13' },
  })
  expect(input?.intensityAt(from, to)).toMatchObject({ gPerKWh: 12, source: 'test', origin: 'live' })
  expect(input?.baseline.intensityAt(SUBMITTED, fromIso(toIso(SUBMITTED + to - from)))).toMatchObject({ gPerKWh: 9 })
})

test.each([
  ['while the job ran', (at: number) => new Date(at).getUTCHours() === 12],
  ['at its submission', (at: number) => new Date(at).getUTCHours() === 9],
])('a stretch nobody knows %s makes the receipt wait: it never guesses', async (_, missing) => {
  const { issued, prepare } = setUp(missing)
  await (await prepare(order))({} as Tx)
  const [input] = issued
  const read = () => [
    input?.intensityAt(fromIso(proof.startedAt), fromIso(proof.endedAt)),
    input?.baseline.intensityAt(SUBMITTED, fromIso(toIso(SUBMITTED + 60_000))),
  ]
  expect(read).toThrow(expect.objectContaining({ code: 'grid.unavailable', retry: true, message: expect.stringContaining('GB-13') }))
})
