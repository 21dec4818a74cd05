import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Lease } from '../../../shared/contract/job.ts'
import { sha256Hex } from '../../kernel/signing.ts'
import { type TestCore, type TestNode, REQUESTER, startTestCore } from '../core.fake.ts'
import { proofFor, submissionOf } from '../test-work.fake.ts'
import { transact } from '../persistence/database.ts'
import { openDiskBlobs } from '../persistence/disk-blobs.ts'
import { type Checkpoints, createCheckpoints } from './checkpoints.ts'
import { createCheckpointsStore } from './checkpoints.store.ts'
import { type HeldLease, mayHandOver } from './leases.ts'

const MAX_BYTES = 4_096
const SAVED = Buffer.from('seven')

let core: TestCore
let directory: string
let checkpoints: Checkpoints
let node: TestNode
let other: TestNode
beforeEach(async () => {
  core = await startTestCore()
  directory = mkdtempSync(join(tmpdir(), 'windfall-checkpoints-'))
  let names = 0
  checkpoints = createCheckpoints({ ...core, maxBytes: MAX_BYTES, blobs: openDiskBlobs(directory, () => `upload-${++names}`) })
  node = await core.enrol()
  other = await core.enrol()
})
afterEach(async () => {
  await core[Symbol.asyncDispose]()
  rmSync(directory, { recursive: true, force: true })
})

async function* chunks(...parts: readonly Uint8Array[]) {
  yield* parts
}

const handover = (lease: Pick<Lease, 'leaseId' | 'token'>, content: Uint8Array = SAVED, nodeId = node.nodeId) => ({
  nodeId,
  leaseId: lease.leaseId,
  token: lease.token,
  sha256: sha256Hex(content),
  content: chunks(content.subarray(0, 3), content.subarray(3)),
})
const claim = (lease: Lease, nodeId: string) => ({ nodeId, leaseId: lease.leaseId, token: lease.token })
const interrupt = (lease: Lease) =>
  core.jobs.fail({ ...claim(lease, node.nodeId), reason: 'owner-present', message: 'The machine was needed.', exitCode: null, retry: true })
const files = async () => {
  await checkpoints.tidy()
  return readdirSync(directory)
}
const view = () => core.jobs.view(REQUESTER, 'job-1')
/** The lease that another node gets, once the first has given the job back. */
async function leaseElsewhere(): Promise<Lease> {
  await core.parts.agents.heartbeat(node.nodeId, { ready: false, reasons: ['owner-present'], running: [] })
  await other.ready()
  const lease = await core.jobs.request(other.nodeId, ['docker'])
  if (!lease) throw new Error('the job was not leased')
  return lease
}

test('what one node hands over is what the next one is given, and what its requester is told of', async () => {
  const lease = await core.lease(node, 'job-1', { checkpoints: true })
  expect(lease.checkpoint).toBeNull()
  const kept = await checkpoints.save(handover(lease))
  expect(kept).toEqual({ sha256: sha256Hex(SAVED), bytes: 5, token: 1, savedAt: '2026-03-01T12:10:00.000Z' })
  await interrupt(lease)
  expect((await view()).checkpoint).toEqual(kept)
  const next = await leaseElsewhere()
  expect(next.checkpoint).toEqual(kept)
  expect((await core.jobs.offered(other.nodeId))[0]).toEqual(next)
  const { content, bytes } = await checkpoints.open(claim(next, other.nodeId))
  expect([(await buffer(content)).toString(), bytes]).toEqual(['seven', 5])
  await expect(checkpoints.open(claim(lease, node.nodeId))).rejects.toMatchObject({ code: 'lease.lost' })
  await expect(checkpoints.open(claim(next, node.nodeId))).rejects.toMatchObject({ code: 'lease.lost' })
})

test('a later checkpoint takes the place of the earlier one, and repeating one changes nothing', async () => {
  const lease = await core.lease(node, 'job-1', { checkpoints: true })
  await checkpoints.save(handover(lease))
  await checkpoints.save(handover(lease))
  expect(await files()).toEqual([sha256Hex(SAVED)])
  const later = Buffer.from('eight')
  await checkpoints.save(handover(lease, later))
  expect(await files()).toEqual([sha256Hex(later)])
  expect((await view()).checkpoint?.sha256).toBe(sha256Hex(later))
})

test('while it arrives, every coordinator over the database knows that it is wanted; what one that was killed left is forgotten in an hour', async () => {
  const lease = await core.lease(node, 'job-1', { checkpoints: true })
  const store = createCheckpointsStore(core.db)
  const wanted: string[][] = []
  async function* slowly() {
    yield SAVED.subarray(0, 3)
    wanted.push(await store.hashes(core.clock.now() - 1))
    yield SAVED.subarray(3)
  }
  await checkpoints.save({ ...handover(lease), content: slowly() })
  expect(wanted).toEqual([[sha256Hex(SAVED)]])
  await transact(core.db, (tx) => createCheckpointsStore(tx).arrives('lease-of-the-dead', 'f'.repeat(64), core.clock.now()))
  const arrivals = () => core.db.selectFrom('checkpoint_arrival').select('lease_id').execute()
  await checkpoints.tidy()
  expect(await arrivals()).toHaveLength(1)
  await core.clock.advance(3_600_000)
  await checkpoints.tidy()
  expect(await arrivals()).toEqual([])
})

test('it may arrive after the attempt has ended, while nobody else has been given the job', async () => {
  const lease = await core.lease(node, 'job-1', { checkpoints: true })
  await interrupt(lease)
  await checkpoints.save(handover(lease))
  expect((await leaseElsewhere()).checkpoint?.bytes).toBe(5)
})

test.each([
  ['cancelled', async () => void (await core.jobs.cancel(REQUESTER, 'job-1'))],
  [
    'past its deadline',
    async () => {
      await core.clock.advance(7 * 3_600_000)
      await core.jobs.round()
    },
  ],
  ['failed', (lease: Lease) => core.jobs.fail({ ...claim(lease, node.nodeId), reason: 'job.exit-code', message: 'Exit 3.', exitCode: 3, retry: false })],
  [
    'completed',
    async (lease: Lease) => {
      await core.jobs.start(claim(lease, node.nodeId))
      await core.clock.advance(60_000)
      const proof = proofFor(lease, { nodeId: node.nodeId, now: core.clock.now() })
      await core.parts.proofs.submit(node.nodeId, await submissionOf(lease, proof, node.signer))
    },
  ],
])('of a job that is %s nothing is kept and nothing is taken', async (_, end) => {
  const lease = await core.lease(node, 'job-1', { checkpoints: true })
  await checkpoints.save(handover(lease))
  await end(lease)
  expect((await view()).checkpoint).toBeNull()
  expect(await files()).toEqual([])
  await expect(checkpoints.save(handover(lease))).rejects.toMatchObject({ code: 'lease.lost' })
  expect(await files()).toEqual([])
})

test('a job whose result was wrong begins again, and the node that was wrong hands over nothing more', async () => {
  const lease = await core.lease(node, 'job-1', { checkpoints: true })
  await checkpoints.save(handover(lease))
  await core.clock.advance(60_000)
  const proof = proofFor(lease, { nodeId: node.nodeId, now: core.clock.now(), changes: { outputSha256: sha256Hex(SAVED) } })
  const wrong = { ...(await submissionOf(lease, proof, node.signer)), output: SAVED.toString('base64') }
  await expect(core.parts.proofs.submit(node.nodeId, wrong)).rejects.toMatchObject({ code: 'proof.output' })
  expect(await core.db.selectFrom('attempt').select('saved_at').execute()).toEqual([{ saved_at: null }])
  expect(await view()).toMatchObject({ state: 'queued', checkpoint: null })
  await expect(checkpoints.save(handover(lease))).rejects.toMatchObject({ code: 'lease.lost' })
  expect((await leaseElsewhere()).checkpoint).toBeNull()
})

type Rogue = (lease: Lease) => Promise<Parameters<Checkpoints['save']>[0]>
test.each<[string, string, Rogue]>([
  ['is larger than is taken', 'input.too-large', async (lease) => handover(lease, Buffer.alloc(MAX_BYTES + 1))],
  ['is not what its hash says', 'input.invalid', async (lease) => ({ ...handover(lease), sha256: sha256Hex(Buffer.from('eight')) })],
  ['has a hash that is none', 'input.invalid', async (lease) => ({ ...handover(lease), sha256: '../../etc/passwd' })],
  ['is empty', 'input.invalid', async (lease) => handover(lease, Buffer.alloc(0))],
  ['comes from another node', 'lease.lost', async (lease) => handover(lease, SAVED, other.nodeId)],
  ['names a lease that never was', 'lease.lost', async (lease) => handover({ ...lease, leaseId: 'lease-x' })],
  ['has another token', 'lease.lost', async (lease) => handover({ ...lease, token: lease.token + 1 })],
  [
    'comes when another node has the job',
    'lease.lost',
    async (lease) => {
      await interrupt(lease)
      await leaseElsewhere()
      return handover(lease)
    },
  ],
])('an upload that %s is refused, and what the job had stays', async (_, code, prepare) => {
  const lease = await core.lease(node, 'job-1', { checkpoints: true })
  const before = await checkpoints.save(handover(lease, Buffer.from('before')))
  const rogue = await prepare(lease)
  await expect(checkpoints.save(rogue)).rejects.toMatchObject({ code })
  expect((await view()).checkpoint).toEqual(before)
  expect(await files()).toEqual([before.sha256])
})

test('a job that saves nothing keeps nothing, and a WebAssembly job cannot ask to', async () => {
  const lease = await core.lease(node)
  await expect(checkpoints.save(handover(lease))).rejects.toMatchObject({ code: 'input.invalid' })
  await expect(checkpoints.open(claim(lease, node.nodeId))).rejects.toMatchObject({ code: 'not-found' })
  const digest = `sha256:${'c'.repeat(64)}`
  await expect(core.submit('job-2', { checkpoints: true, runtime: { name: 'wasm', image: digest, archive: digest } })).rejects.toThrow(/saves no checkpoint/)
})

test('what is arriving is not tidied away, one lease sends one at a time, and what a crash left goes', async () => {
  const lease = await core.lease(node, 'job-1', { checkpoints: true })
  writeFileSync(join(directory, 'earlier.new'), 'half')
  writeFileSync(join(directory, 'e'.repeat(64)), 'nobody’s')
  const gate = Promise.withResolvers<void>()
  async function* slow() {
    yield SAVED
    await gate.promise
  }
  const saving = checkpoints.save({ ...handover(lease), content: slow() })
  await expect.poll(() => readdirSync(directory)).toContain('upload-1.new')
  await expect(checkpoints.save(handover(lease))).rejects.toMatchObject({ code: 'conflict' })
  expect(await files()).toEqual(['upload-1.new'])
  gate.resolve()
  await saving
  expect(await files()).toEqual([sha256Hex(SAVED)])
})

const held: HeldLease = { token: 2, jobToken: 2, attempt: 'running', job: 'running' }
test.each<['may' | 'may not', string, Partial<HeldLease>, string | null]>([
  ['may', 'while it runs', {}, null],
  ['may', 'before it began', { attempt: 'leased', job: 'leased' }, null],
  ['may', 'after its owner wanted the machine', { attempt: 'failed', job: 'queued' }, 'owner-present'],
  ['may', 'after it fell silent', { attempt: 'lost', job: 'planned' }, 'lease.expired'],
  ['may not', 'while its proof is checked', { attempt: 'verifying', job: 'verifying' }, null],
  ['may not', 'after its proof was refused', { attempt: 'failed', job: 'queued' }, 'proof.output'],
  ['may not', 'after it succeeded', { attempt: 'succeeded', job: 'completed' }, null],
  ['may not', 'after the job was cancelled', { attempt: 'lost', job: 'cancelled' }, 'cancelled'],
  ['may not', 'after somebody else was given the job', { attempt: 'lost', job: 'queued', jobToken: 3 }, 'lease.expired'],
])('an attempt %s hand over what it saved %s', (may, _, change, reason) => {
  expect(mayHandOver({ ...held, ...change }, { token: 2, reason })).toBe(may === 'may')
  expect(mayHandOver({ ...held, ...change }, { token: 1, reason })).toBe(false)
})
