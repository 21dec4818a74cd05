import { expect, test } from 'vitest'
import type { Signal } from '../../shared/contract/wire.ts'
import { HALF_HOUR_MS, epochMs, fromIso, toIso } from '../../shared/units.ts'
import { proofFor, testSpec } from './test-work.fake.ts'
import type { GridOracle } from './grid/oracle.ts'
import type { Tx } from './persistence/database.ts'
import { fakeSignal } from './planner/planner.fake.ts'
import type { ReceiptOrder } from './proofs/ports.ts'
import { RECEIPT_WAIT_MS, createReceipting } from './receipting.ts'
import type { IssueInput, ReceiptIssuer } from './receipts/issue.ts'

const SUBMITTED = fromIso('2026-03-18T09:10:00.000Z')
const NOW = fromIso('2026-03-18T12:40:00.000Z')
const LEASE = { leaseId: 'lease-1', token: 1, jobId: 'job-1', attemptId: 'attempt-1', spec: testSpec(NOW) }
const proof = proofFor(LEASE as Parameters<typeof proofFor>[0], { nodeId: 'n'.repeat(43), now: NOW })
const run = { proof, bodySha256: 'b'.repeat(64), envelope: { payload: '', payloadType: '', signatures: [] }, zone: 'GB-13', beforeMs: 0 }
const part = {
  node: { nodeId: 'n'.repeat(43), history: { keys: [{ publicJwk: { kty: 'OKP', crv: 'Ed25519', x: 'x'.repeat(43) } }] }, rotations: [] },
  runs: [run],
}
const order = { job: { ...LEASE, submittedAt: SUBMITTED }, parts: [part] } as unknown as ReceiptOrder

/** The zone's intensity is its hour of the day, unless a stretch is missing. */
function setUp(missing: (from: number, zone: string) => boolean = () => false, now: number = NOW) {
  const asked: [string, string, string][] = []
  const issued: IssueInput[] = []
  const oracle: Pick<GridOracle, 'signal' | 'actuals'> = {
    signal: () => expect.fail('a receipt is about what was'),
    actuals: async (zone, from, to): Promise<Signal> => {
      asked.push([zone, toIso(from), toIso(to)])
      const start = from - (from % HALF_HOUR_MS)
      const slots = Array.from({ length: 8 }, (_, index) => start + index * HALF_HOUR_MS)
      const points = slots.map((at) => ({
        from: toIso(at),
        to: toIso(at + HALF_HOUR_MS),
        value: missing(at, zone) ? null : new Date(at).getUTCHours(),
        forecast: false,
      }))
      return { ...fakeSignal(zone, []), points }
    },
  }
  const issuer = { issue: async (_: Tx, orders: readonly IssueInput[]) => void issued.push(...orders) } as unknown as ReceiptIssuer
  const prepare = createReceipting({
    issuer,
    oracle,
    clock: { now: () => epochMs(now) },
    shutdown: new AbortController().signal,
    credit: async () => undefined,
  })
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

const stretches = [
  ['while the job ran', (at: number) => new Date(at).getUTCHours() === 12],
  ['at its submission', (at: number) => new Date(at).getUTCHours() === 9],
] as const
const waits = { code: 'grid.unavailable', retry: true, message: expect.stringContaining('GB-13') }
const onlyIn = (zone: string, missing: (at: number) => boolean) => (at: number, asked: string) => asked === zone && missing(at)

test.each(stretches)('a stretch nobody knows %s makes the receipt wait: it never guesses', async (_, missing) => {
  const { issued, prepare } = setUp(missing, NOW + RECEIPT_WAIT_MS - 1)
  await expect(prepare(order)).rejects.toMatchObject(waits)
  expect(issued).toEqual([])
})

test.each(stretches)('after a day, what is known of the country stands in for a region %s, and the receipt says so', async (when, missing) => {
  const { asked, issued, prepare } = setUp(onlyIn('GB-13', missing), NOW + RECEIPT_WAIT_MS)
  await (await prepare(order))({} as Tx)
  expect(asked.map(([zone]) => zone).toSorted()).toEqual(['GB', 'GB-13', 'GB-13'])
  const [input] = issued
  const [ran, atOnce] = [
    input?.intensityAt(fromIso(proof.startedAt), fromIso(proof.endedAt)),
    input?.baseline.intensityAt(SUBMITTED, fromIso(toIso(SUBMITTED + 60_000))),
  ]
  const wider = { source: 'test, for Great Britain', estimated: true }
  const own = { source: 'test', estimated: false }
  expect([ran, atOnce]).toMatchObject(when === stretches[0][0] ? [wider, own] : [own, wider])
  expect(input?.job.zone).toBe('GB-13')
})

test('what is known of no wider zone either goes on waiting', async () => {
  const { prepare } = setUp(stretches[0][1], NOW + RECEIPT_WAIT_MS)
  await expect(prepare(order)).rejects.toMatchObject({ code: 'grid.unavailable', message: expect.stringContaining('for GB from') })
})
