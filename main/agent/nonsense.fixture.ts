/** What a coordinator may say that makes no sense, and what it may not be believed in. */
import type { ServerResponse } from 'node:http'
import * as fc from 'fast-check'
import { Lease } from '../../shared/contract/job.ts'
import { createSigner, generateKeyPem } from '../kernel/signing.ts'
import { fakeLease } from './jobs/lease.fixture.ts'
import type { Asked } from './sync/coordinator-server.fake.ts'

export const signer = createSigner(generateKeyPem())
export const good = (id: string): Lease =>
  fakeLease({ leaseId: id, jobId: `job-${id}`, attemptId: `attempt-${id}`, plan: { ...fakeLease().plan, nodeId: signer.keyId } })
/** Leases that look like ours and must not run. */
const BAD: readonly unknown[] = [
  { ...good('other-node'), plan: fakeLease().plan },
  { ...good('too-late'), spec: { ...good('x').spec, deadline: '2026-02-01T12:00:00.000Z' } },
  { ...good('next-year'), window: { from: '2027-01-01T00:00:00.000Z', to: '2027-01-02T00:00:00.000Z' } },
  { ...good('endless'), ttlMs: 9e15 },
  { ...good('negative'), spec: { ...good('x').spec, limits: { wallSeconds: -1, memoryBytes: -1, outputBytes: -1, cpus: -1 } } },
  { ...good('huge'), spec: { ...good('x').spec, limits: { ...good('x').spec.limits, wallSeconds: 1e12 } } },
  { ...good('elsewhere'), spec: { ...good('x').spec, zones: ['DE'] } },
  { ...good('path'), leaseId: '../../etc/passwd' },
  { ...good('no-token'), token: 0 },
  { leaseId: 'half' },
]

export const WELL_FORMED = BAD.filter((lease) => Lease.safeParse(lease).success)

const Junk = fc.oneof(
  fc.constant('<html><body>Please log in</body></html>'),
  fc.constant(''),
  fc.string({ maxLength: 200 }),
  fc.json({ maxDepth: 3 }),
  fc
    .constantFrom('unavailable', 'internal', 'not-found', 'conflict', 'auth.refused', 'rate.limited', 'made.up')
    .map((code) => JSON.stringify({ code, detail: 'No.' })),
)
const Twist = fc.oneof(
  { arbitrary: fc.constant({ kind: 'well' as const }), weight: 3 },
  {
    arbitrary: fc.record({
      kind: fc.constant('raw' as const),
      status: fc.constantFrom(200, 201, 204, 400, 401, 403, 404, 418, 429, 500, 502),
      type: fc.constantFrom('application/json', 'text/html', 'x'),
      body: Junk,
    }),
    weight: 3,
  },
  { arbitrary: fc.record({ kind: fc.constant('bent' as const), key: fc.nat({ max: 5 }), value: fc.jsonValue({ maxDepth: 2 }) }), weight: 3 },
  { arbitrary: fc.record({ kind: fc.constant('bad-lease' as const), which: fc.nat({ max: BAD.length - 1 }) }), weight: 3 },
  {
    arbitrary: fc.constantFrom(
      { kind: 'replayed' as const },
      { kind: 'other-call' as const },
      { kind: 'cut' as const },
      { kind: 'redirect' as const },
      { kind: 'huge' as const },
    ),
    weight: 2,
  },
  {
    arbitrary: fc.record({
      kind: fc.constant('other-time' as const),
      now: fc.constantFrom('0001-01-01T00:00:00.000Z', '2026-03-02T12:00:00.000Z', '9999-12-31T23:59:59.000Z'),
    }),
    weight: 1,
  },
  { arbitrary: fc.record({ kind: fc.constant('backwards' as const), lastEvent: fc.constantFrom(-5, 0, 1e15) }), weight: 1 },
)
type Twist = typeof Twist extends fc.Arbitrary<infer T> ? T : never

export const Frame = fc.oneof(
  fc.string({ maxLength: 100 }),
  fc.json({ maxDepth: 2 }),
  fc.uint8Array({ maxLength: 50 }),
  fc.constantFrom(...BAD).map((lease) => JSON.stringify({ type: 'lease', lease })),
  fc.constantFrom('p0', 'p1').map((id) => JSON.stringify({ type: 'lease', lease: good(id) })),
  fc.constant(JSON.stringify({ type: 'cancel', leaseId: 'unknown', reason: 'x' })),
  fc.constantFrom('carbon', 'x', 'owner-present').map((reason) => JSON.stringify({ type: 'yield', leaseId: 'unknown', reason })),
  fc.integer().map((lastEvent) => JSON.stringify({ type: 'events', lastEvent })),
  fc.constantFrom('welcome', 'challenge').map((type) => JSON.stringify({ type, lastEvent: 0, nonce: 'bm9uY2U=' })),
)

interface Said {
  readonly answer: unknown
  /** What was answered before. */
  readonly earlier: readonly { readonly name: string; readonly answer: unknown }[]
  /** Where nobody may ever be sent. */
  readonly trapUrl: string
}

/** Sends something else than the answer. False if the answer is to go out after all. */
export function bend(twist: Twist, { name, response }: Asked, { answer, earlier, trapUrl }: Said): boolean {
  const json = (value: unknown) => (response.end(JSON.stringify(value)), true)
  const raw = (write: (to: ServerResponse) => void) => (write(response), true)
  // `{}` is the whole of a valid answer to these: it cannot be told from the coordinator's word, and is the coordinator's word.
  const isWord = (value: unknown) => ['startAttempt', 'failAttempt'].includes(name) && JSON.stringify(value) === '{}'
  switch (twist.kind) {
    case 'raw':
      return isWord(twist.body) || twist.body === '{}'
        ? false
        : raw((to) => void to.writeHead(twist.status, { 'content-type': twist.type, date: 'soon' }).end(twist.status === 204 ? undefined : twist.body))
    case 'bent': {
      const keys = Object.keys(answer as object)
      const key = keys[twist.key % Math.max(1, keys.length)] ?? 'more'
      return json({ ...(answer as object), [key]: twist.value })
    }
    case 'bad-lease':
      return name === 'requestLease' && json({ lease: BAD[twist.which] })
    case 'replayed': {
      const old = earlier.find((one) => one.name === name)
      return old !== undefined && !isWord(old.answer) && json(old.answer)
    }
    case 'other-call': {
      const [other] = earlier
      return other !== undefined && !isWord(other.answer) && json(other.answer)
    }
    case 'cut':
      response.writeHead(200, { 'content-length': '1000' }).write('{"now":')
      return (setImmediate(() => response.destroy()), true)
    case 'redirect':
      return raw((to) => void to.writeHead(307, { location: trapUrl }).end())
    case 'huge':
      return raw((to) => void to.end(Buffer.alloc(17 * 1_048_576, ' ')))
    case 'other-time':
      return name === 'heartbeat' && json({ ...(answer as object), now: twist.now })
    case 'backwards':
      return name === 'heartbeat' && json({ ...(answer as object), lastEvent: twist.lastEvent })
    case 'well':
      return false
    default:
      twist satisfies never
      return false
  }
}

/** What happens to the answers of each call, one after another; then all is well. */
export const Script = fc.record({
  heartbeat: fc.array(Twist, { maxLength: 6 }),
  requestLease: fc.array(Twist, { maxLength: 4 }),
  submitProof: fc.array(Twist, { maxLength: 6 }),
  other: fc.array(Twist, { maxLength: 12 }),
})
export type Script = typeof Script extends fc.Arbitrary<infer T> ? T : never
export const isScripted = (name: string): name is keyof Script => ['heartbeat', 'requestLease', 'submitProof'].includes(name)
