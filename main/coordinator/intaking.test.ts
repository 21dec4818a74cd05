import { setImmediate } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Lease } from '../../shared/contract/job.ts'
import { signEnvelope } from '../../shared/domain/dsse.ts'
import { PROOF_BATCH_TYPE, type ProofBatch } from '../../shared/domain/proof-batch.ts'
import { WindfallError } from '../../shared/errors.ts'
import { type Signer, createSigner, generateKeyPem, sha256Hex } from '../kernel/signing.ts'
import type { Core } from './core.ts'
import { transact } from './persistence/database.ts'
import { REQUESTER, type TestCore, type TestNode, startTestCore } from './core.fake.ts'
import { SECONDS, proofFor, submissionOf } from './test-work.fake.ts'
import { planFirstFree } from './first-free.fake.ts'
import { replaceTestKey, startTestKeys } from './registry/rotation.fake.ts'

let core: TestCore
let node: TestNode
/** What of the receipts works: nothing that this process begins is finished while it is `dead`. */
let world: { grid: 'up' | 'down' | 'unknown'; dead: number; started: number }

beforeEach(async () => {
  world = { grid: 'up', dead: 0, started: 0 }
  core = await startTestCore({
    changes: (books) => {
      world.started += 1
      const process = world.started
      return {
        plan: (round) => planFirstFree(() => 0)({ ...round, nodes: round.nodes.map((one) => ({ ...one, taken: [] })) }),
        prepareReceipts: async (order) => {
          if (world.dead >= process) await new Promise(() => undefined)
          if (world.grid === 'down') throw new WindfallError('grid.unavailable', 'The grid in GB-13 is not measured yet.')
          if (world.grid === 'unknown') throw new WindfallError('grid.unknown-zone', 'No provider that is configured knows the zone GB-13.')
          return books.prepareReceipts(order)
        },
      }
    },
  })
  node = await core.enrol()
})
afterEach(() => core[Symbol.asyncDispose]())

async function runLease(jobId: string, gpus = 1): Promise<Lease> {
  const lease = await core.lease(node, jobId, { needs: { gpus, vramBytes: 0, ramBytes: 0 } })
  await core.jobs.start({ nodeId: node.nodeId, leaseId: lease.leaseId, token: lease.token })
  await core.clock.advance(SECONDS * 1000)
  return lease
}

const job = (jobId: string) => core.jobs.view(REQUESTER, jobId)
const events = async () => (await core.parts.agents.events(node.nodeId, { after: 0, limit: 200 })).map(({ fact }) => fact)
const kinds = async () => (await events()).map(({ kind }) => kind)

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await setImmediate()
}
const isEmpty = (of: Pick<Core, 'intake'> = core) => until(async () => of.intake.load().messages === 0)

interface Chained {
  readonly lease: Lease
  readonly envelope: Awaited<ReturnType<typeof submissionOf>>['envelope']
  readonly output: string
}

/** Proofs of two jobs that ran one after the other, each behind the one before it. */
async function chainOfTwo(changes: object = {}): Promise<[Chained, Chained]> {
  const proven: Chained[] = []
  let prev: string | null = null
  for (const [index, jobId] of ['job-1', 'job-2'].entries()) {
    // A node has a place for each of its GPUs and one beside them, so both leases are held at once.
    const lease = await runLease(jobId, index === 0 ? 1 : 0)
    const proof = proofFor(lease, { nodeId: node.nodeId, now: core.clock.now(), changes: { seq: index + 1, prev, ...(index === 0 ? changes : {}) } })
    prev = sha256Hex(Buffer.from(JSON.stringify(proof)))
    proven.push({ lease, ...(await submissionOf(lease, proof, node.signer)) })
  }
  return proven as [Chained, Chained]
}

async function batchOf(proofs: readonly Chained[], { signer = node.signer, changes = {} }: { signer?: Signer; changes?: Partial<ProofBatch> } = {}) {
  const items = proofs.map(({ lease: { leaseId, token }, envelope }) => ({ kind: 'proof' as const, leaseId, token, envelope }))
  const body: ProofBatch = { v: 1, nodeId: node.nodeId, items, ...changes }
  return { batch: await signEnvelope(PROOF_BATCH_TYPE, Buffer.from(JSON.stringify(body)), signer), outputs: proofs.map(({ output }) => output) }
}

async function handIn(jobId = 'job-1') {
  const lease = await runLease(jobId)
  return submissionOf(lease, proofFor(lease, { nodeId: node.nodeId, now: core.clock.now() }), node.signer)
}

test('one who does not wait is answered before anything is settled, and hears of it afterwards', async () => {
  const submission = await handIn()
  world.grid = 'down'
  const answer = await core.parts.proofs.submit(node.nodeId, submission, true)
  expect(answer).toEqual({ proofId: `proof-of-${submission.leaseId}`, jobId: 'job-1', receiptId: null })
  expect(core.intake.load()).toMatchObject({ messages: 1, lastBatch: 1 })
  await until(async () => (await job('job-1')).state === 'verifying')
  world.grid = 'up'
  const end = new AbortController()
  const running = core.intake.run(end.signal)
  await core.clock.advance(5_000)
  await isEmpty()
  expect(await job('job-1')).toMatchObject({ state: 'completed' })
  expect(await kinds()).toEqual(['proof-accepted', 'receipt', 'earning'])
  end.abort()
  await running
})

test('a proof that was answered outlives what only the operator can mend, and so does its lease', async () => {
  const submission = await handIn()
  world.grid = 'unknown'
  await core.parts.proofs.submit(node.nodeId, submission, true)
  const end = new AbortController()
  const running = core.intake.run(end.signal)
  await core.clock.advance(5_000)
  await until(async () => (await job('job-1')).reason !== null || (await kinds()).length > 0)
  expect([await job('job-1'), await kinds(), core.intake.load()]).toMatchObject([{ state: 'verifying', reason: 'grid.unknown-zone' }, [], { messages: 1 }])
  world.grid = 'up'
  await core.clock.advance(60_000)
  await isEmpty()
  expect(await job('job-1')).toMatchObject({ state: 'completed' })
  end.abort()
  await running
})

test('what a node that leaves had handed in counts, as long as nobody else was given the job', async () => {
  const submission = await handIn()
  await transact(core.db, (tx) => core.jobs.takeBack(tx, { nodeId: node.nodeId, reason: 'node.removed', isDistrusted: false }))
  expect(await job('job-1')).toMatchObject({ state: 'queued' })
  expect(await core.parts.proofs.submit(node.nodeId, submission)).toMatchObject({ jobId: 'job-1' })
  expect(await kinds()).toEqual(['proof-accepted', 'receipt', 'earning'])
})

test('a proof that was answered is settled by the process that comes after, once, however often they die', async () => {
  const submission = await handIn()
  world.dead = 2
  await core.parts.proofs.submit(node.nodeId, submission, true)
  const end = new AbortController()
  for (let n = 0; n < 2; n += 1) {
    const next = core.restart()
    void next.intake.run(end.signal)
    // What takes long to look up is said to be under verification meanwhile.
    await until(async () => {
      await core.clock.advance(100)
      return (await job('job-1')).state === 'verifying'
    })
  }
  await until(async () => (await job('job-1')).state === 'completed')
  expect(await core.decided('test.settle')).toHaveLength(1)
  expect(await kinds()).toEqual(['proof-accepted', 'receipt', 'earning'])
  end.abort()
})

test('what is refused later is told to the owner of the node, a key that was replaced meanwhile among it', async () => {
  const submission = await handIn()
  const wrong = { ...submission, leaseId: 'another-lease' }
  expect(await core.parts.proofs.submit(node.nodeId, wrong, true)).toMatchObject({ receiptId: null })
  await isEmpty()
  expect(await events()).toMatchObject([{ kind: 'proof-refused', code: 'proof.lease' }])

  world.grid = 'down'
  await core.parts.proofs.submit(node.nodeId, submission, true)
  await until(async () => (await job('job-1')).state === 'verifying')
  const keys = await replaceTestKey(await startTestKeys(node.signer))
  await core.registry.rotateKey(node.nodeId, keys.statement)
  world.grid = 'up'
  const end = new AbortController()
  const running = core.intake.run(end.signal)
  await core.clock.advance(5_000)
  await isEmpty()
  expect((await events()).at(-1)).toMatchObject({ kind: 'proof-refused', code: 'conflict', jobId: 'job-1', message: expect.stringContaining('replaced') })
  end.abort()
  await running
})

test('what cannot be read is kept where it is signed, and its refusal is told once', async () => {
  const submission = await handIn()
  const body = Buffer.from(JSON.stringify({ proofId: 'half-a-proof', jobId: 'job-1' }))
  const envelope = await signEnvelope(submission.envelope.payloadType, body, node.signer)
  expect(await core.parts.proofs.submit(node.nodeId, { ...submission, envelope }, true)).toMatchObject({ proofId: 'half-a-proof' })
  await isEmpty()
  expect(await events()).toMatchObject([{ kind: 'proof-refused', code: 'proof.malformed' }])
})

test('what is signed by somebody else is never kept', async () => {
  const submission = await handIn()
  const stranger = createSigner(generateKeyPem())
  const forged = { ...submission, envelope: { ...submission.envelope, signatures: [{ keyid: node.nodeId, sig: Buffer.alloc(64).toString('base64') }] } }
  await expect(core.parts.proofs.submit(node.nodeId, forged, true)).rejects.toMatchObject({ code: 'proof.signature' })
  await expect(core.parts.proofs.submit(stranger.keyId, submission, true)).rejects.toMatchObject({ code: 'auth.refused' })
  expect(core.intake.load().messages).toBe(0)
  expect(await core.parts.proofs.submit(node.nodeId, submission)).toMatchObject({ jobId: 'job-1' })
})

test('the proofs of a batch are accepted one by one, in the order of their chain, and said again byte for byte', async () => {
  const proofs = await chainOfTwo()
  const batch = await batchOf(proofs)
  const first = await core.parts.proofs.submitAll(node.nodeId, batch)
  expect(first.verdicts).toMatchObject([
    { state: 'accepted', jobId: 'job-1' },
    { state: 'accepted', jobId: 'job-2' },
  ])
  expect(await core.parts.proofs.head(node.nodeId)).toMatchObject({ seq: 2 })
  expect(JSON.stringify(await core.parts.proofs.submitAll(node.nodeId, batch))).toBe(JSON.stringify(first))
  const [{ lease, envelope, output }] = proofs
  const alone = await core.parts.proofs.submit(node.nodeId, { leaseId: lease.leaseId, token: lease.token, envelope, output })
  expect(first.verdicts[0]).toEqual({ state: 'accepted', ...alone })
  expect(await core.decided('test.settle')).toHaveLength(2)
})

const states = (verdicts: readonly { readonly state: string }[]) => verdicts.map(({ state }) => state)

test('behind a proof that is refused nothing is looked at: its node signs it anew, and hears of it if it does not wait', async () => {
  const batch = await batchOf(await chainOfTwo({ exitCode: 3 }))
  expect(states((await core.parts.proofs.submitAll(node.nodeId, batch, true)).verdicts)).toEqual(['waiting', 'waiting'])
  await isEmpty()
  expect(await events()).toMatchObject([
    { kind: 'proof-refused', code: 'proof.output' },
    { kind: 'proof-refused', code: 'proof.sequence' },
  ])
  expect(states((await core.parts.proofs.submitAll(node.nodeId, batch)).verdicts)).toEqual(['refused', 'unread'])
  expect(await kinds()).toHaveLength(3)
})

test('a batch counts only as it was signed, by the node that hands it in, with an output for each result', async () => {
  const proofs = await chainOfTwo()
  const stranger = createSigner(generateKeyPem())
  const good = await batchOf(proofs)
  const refused: [string, Parameters<Core['parts']['proofs']['submitAll']>[1]][] = [
    ['proof.signature', await batchOf(proofs, { signer: stranger })],
    ['proof.signature', await batchOf(proofs, { signer: { ...stranger, keyId: node.signer.keyId } })],
    ['proof.wrong-node', await batchOf(proofs, { changes: { nodeId: stranger.keyId } })],
    ['proof.malformed', await batchOf(proofs, { changes: { items: [] } })],
    ['proof.malformed', { ...good, outputs: good.outputs.slice(1) }],
    ['proof.malformed', { ...good, batch: { ...good.batch, payloadType: 'application/json' } }],
  ]
  for (const [code, batch] of refused) await expect(core.parts.proofs.submitAll(node.nodeId, batch, true)).rejects.toMatchObject({ code })
  expect(core.intake.load().messages).toBe(0)
  expect(await core.parts.proofs.head(node.nodeId)).toMatchObject({ seq: 0 })
})
