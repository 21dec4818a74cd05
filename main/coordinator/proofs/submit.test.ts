import * as fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Lease } from '../../../shared/contract/job.ts'
import type { EnergyProof } from '../../../shared/domain/energy-proof.ts'
import { type FailureCode, WindfallError, messageOf } from '../../../shared/errors.ts'
import { toIso } from '../../../shared/units.ts'
import { createSigner, generateKeyPem, sha256Hex } from '../../kernel/signing.ts'
import { REQUESTER, type TestCore, type TestNode, startTestCore } from '../core.fake.ts'
import { OUTPUT, SECONDS, proofFor, submissionOf } from '../test-work.fake.ts'

let core: TestCore
let node: TestNode

beforeEach(async () => {
  core = await startTestCore()
  node = await core.enrol()
})
afterEach(() => core[Symbol.asyncDispose]())

const stranger = createSigner(generateKeyPem())
const signedAs = (keyId: string) => ({ keyId, sign: stranger.sign })

async function runLease(jobId = 'job-1', changes = {}): Promise<Lease> {
  const lease = await core.lease(node, jobId, changes)
  await core.jobs.start({ nodeId: node.nodeId, leaseId: lease.leaseId, token: lease.token })
  await core.clock.advance(SECONDS * 1000)
  return lease
}

const proofOf = (lease: Lease, changes: Partial<EnergyProof> = {}) => proofFor(lease, { nodeId: node.nodeId, now: core.clock.now(), changes })
const send = async (lease: Lease, proof: EnergyProof) => core.parts.proofs.submit(node.nodeId, await submissionOf(lease, proof, node.signer))
const events = async (of = node) => (await core.parts.agents.events(of.nodeId, { after: 0, limit: 200 })).map(({ fact }) => fact)
const job = (jobId = 'job-1') => core.jobs.view(REQUESTER, jobId)

test('a run has taken what its proof says, however late its node told that it had begun', async () => {
  const lease = await core.lease(node, 'job-1')
  await core.clock.advance(20_000)
  await core.jobs.start({ nodeId: node.nodeId, leaseId: lease.leaseId, token: lease.token })
  await core.clock.advance(SECONDS * 1000 - 20_000)
  const proof = proofOf(lease)
  await send(lease, proof)
  expect(await job()).toMatchObject({ state: 'completed', attempts: [{ startedAt: proof.startedAt, endedAt: proof.endedAt }] })
})

test('an accepted proof completes the job, issues the receipt, books the price and tells the owner, once', async () => {
  const lease = await runLease()
  const answer = await send(lease, proofOf(lease))
  expect(answer).toMatchObject({ jobId: 'job-1', proofId: `proof-of-${lease.leaseId}` })
  // 600 000 micro-USD an hour for 60 s.
  expect(await job()).toMatchObject({
    state: 'completed',
    priceMicroUsd: '10000',
    receiptId: answer.receiptId,
    outputSha256: sha256Hex(OUTPUT),
    attempts: [{ state: 'succeeded' }],
  })
  expect(await core.decided('test.settle')).toEqual([{ jobId: 'job-1', microUsd: '10000' }])
  expect((await events()).map(({ kind }) => kind)).toEqual(['proof-accepted', 'receipt', 'earning'])
  expect(await core.parts.proofs.head(node.nodeId)).toMatchObject({ seq: 1 })
  expect(Buffer.from((await core.parts.results.read(REQUESTER, 'job-1')).content)).toEqual(OUTPUT)
})

test('a proof that tells of the sun counts like any other, and pays the same', async () => {
  const lease = await runLease()
  const proof = proofOf(lease)
  expect(await send(lease, { ...proof, v: 2, solarJ: proof.boardJ, solarBasis: 'metered' })).toMatchObject({ jobId: 'job-1' })
  expect(await core.decided('test.settle')).toEqual([{ jobId: 'job-1', microUsd: '10000' }])
})

test('the same proof for the same lease gets the stored answer and changes nothing', async () => {
  const lease = await runLease()
  const first = await send(lease, proofOf(lease))
  expect(await send(lease, proofOf(lease))).toEqual(first)
  expect(await core.decided('test.settle')).toHaveLength(1)
  expect(await events()).toHaveLength(3)
})

/** A core whose receipts cannot be written while `grid.down`. */
async function startBlindCore() {
  const grid = { down: true }
  const blind = await startTestCore({
    changes: (books) => ({
      prepareReceipts: async (order) => {
        if (grid.down) throw new WindfallError('grid.unavailable', 'The grid in GB-15 is not measured yet.')
        return books.prepareReceipts(order)
      },
    }),
  })
  return { grid, blind }
}

test('work whose receipt cannot be written yet says why, keeps its lease while its node is away, and is paid once it can', async () => {
  const { grid, blind } = await startBlindCore()
  await using _ = blind
  const worker = await blind.enrol()
  const lease = await blind.lease(worker)
  await blind.jobs.start({ nodeId: worker.nodeId, leaseId: lease.leaseId, token: lease.token })
  await blind.clock.advance(SECONDS * 1000)
  const submission = await submissionOf(lease, proofFor(lease, { nodeId: worker.nodeId, now: blind.clock.now() }), worker.signer)
  const submit = () => blind.parts.proofs.submit(worker.nodeId, submission)
  const waiting = { state: 'verifying', reason: 'grid.unavailable', message: 'The grid in GB-15 is not measured yet.', attempts: [{ state: 'verifying' }] }
  for (let hours = 0; hours < 3; hours += 1) {
    await expect(submit()).rejects.toMatchObject({ code: 'grid.unavailable', retry: true })
    expect(await blind.jobs.view(REQUESTER, 'job-1')).toMatchObject(waiting)
    for (let look = 0; look < 5; look += 1) {
      await blind.clock.advance(700_000)
      await blind.jobs.round()
    }
    expect(await blind.jobs.view(REQUESTER, 'job-1')).toMatchObject(waiting)
  }
  expect(await blind.decided('receipt.waits')).toHaveLength(1)
  grid.down = false
  await submit()
  expect(await blind.jobs.view(REQUESTER, 'job-1')).toMatchObject({ state: 'completed', reason: null, attempts: [{ state: 'succeeded', reason: null }] })
  expect(await blind.decided('test.settle')).toHaveLength(1)
})

test('a node that never comes back for its receipt loses the lease an hour after its last try, so that the job goes on', async () => {
  const { blind } = await startBlindCore()
  await using _ = blind
  const worker = await blind.enrol()
  const lease = await blind.lease(worker)
  const proof = proofFor(lease, { nodeId: worker.nodeId, now: blind.clock.now() + SECONDS * 1000 })
  await blind.clock.advance(SECONDS * 1000)
  await expect(blind.parts.proofs.submit(worker.nodeId, await submissionOf(lease, proof, worker.signer))).rejects.toMatchObject({ code: 'grid.unavailable' })
  for (let look = 0; look < 6; look += 1) {
    await blind.clock.advance(700_000)
    await blind.jobs.round()
  }
  expect(await blind.jobs.view(REQUESTER, 'job-1')).toMatchObject({ state: 'queued', attempts: [{ state: 'lost', reason: 'lease.expired' }] })
})

test('proofs of one node form a chain', async () => {
  const first = await runLease('job-1')
  await send(first, proofOf(first))
  const second = await runLease('job-2')
  const { seq, head } = await core.parts.proofs.head(node.nodeId)
  await send(second, proofOf(second, { seq: seq + 1, prev: head }))
  expect(await core.parts.proofs.head(node.nodeId)).toMatchObject({ seq: 2 })
})

const later = (proof: EnergyProof, ms: number): Partial<EnergyProof> => {
  const shift = (at: string) => toIso(Date.parse(at) + ms)
  return {
    startedAt: shift(proof.startedAt),
    endedAt: shift(proof.endedAt),
    intervals: proof.intervals.map((interval) => ({ ...interval, from: shift(interval.from), to: shift(interval.to) })),
  }
}

const holed = ({ startedAt, endedAt, boardJ }: EnergyProof): EnergyProof['intervals'] => {
  const at = (ms: number) => toIso(Date.parse(startedAt) + ms)
  return [
    { from: startedAt, to: at(20_000), joules: boardJ * 0.3, coverage: 1 },
    { from: at(21_000), to: endedAt, joules: boardJ * 0.7, coverage: 1 },
  ]
}

/** Metered on two processors whose limits, as the node states them, would allow `watts`. */
const twoPackages = ({ devices, intervals, boardJ, durationMs }: EnergyProof, watts: number): Partial<EnergyProof> => {
  const share = (watts * durationMs) / 1000 / boardJ
  return {
    devices: ['a', 'b'].flatMap((digit) => devices.map((device) => ({ ...device, kind: 'cpu' as const, uuidHash: digit.repeat(64), powerLimitW: watts }))),
    method: 'rapl',
    intervals: intervals.map((interval) => ({ ...interval, joules: interval.joules * share })),
    boardJ: boardJ * share,
    marginalJ: null,
    meanW: watts,
    peakW: watts,
  }
}

type Tamper = (proof: EnergyProof) => Partial<EnergyProof>
const tampers: readonly (readonly [FailureCode, string, Tamper])[] = [
  ['proof.implausible', 'more sunshine than energy', (proof) => ({ v: 2, solarJ: proof.boardJ * 1.01, solarBasis: 'metered' })],
  ['proof.malformed', 'sunshine below nothing', () => ({ v: 2, solarJ: -1, solarBasis: 'metered' })],
  ['proof.malformed', 'sunshine in a version without it', () => ({ solarJ: 1, solarBasis: 'metered' })],
  ['proof.malformed', 'a field that is not in the format', () => ({ extra: 1 }) as Partial<EnergyProof>],
  ['proof.wrong-node', 'made for another node', () => ({ nodeId: stranger.keyId })],
  ['proof.sequence', 'a number that skips one', () => ({ seq: 2, prev: 'a'.repeat(64) })],
  ['proof.sequence', 'a predecessor that does not exist', () => ({ prev: 'a'.repeat(64) })],
  ['proof.lease', 'another lease in the body', () => ({ leaseId: 'another-lease' })],
  ['proof.lease', 'another attempt', () => ({ attemptId: 'another-attempt' })],
  ['proof.lease', 'another job', () => ({ jobId: 'another-job' })],
  ['proof.time', 'a run before the lease', (proof) => later(proof, -3_600_000)],
  ['proof.time', 'a run in the future', (proof) => later(proof, 3_600_000)],
  ['proof.time', 'more run time than time has passed', () => ({ durationMs: 10_000_000 })],
  [
    'proof.implausible',
    'more energy than the device can draw',
    (proof) => ({ boardJ: proof.boardJ * 9, intervals: proof.intervals.map((interval) => ({ ...interval, joules: interval.joules * 9 })) }),
  ],
  [
    'proof.implausible',
    'a higher power limit than registered',
    (proof) => ({ devices: proof.devices.map((device) => ({ ...device, powerLimitW: 5_000 })), meanW: 1_000 }),
  ],
  [
    'proof.implausible',
    'a device that was never registered',
    (proof) => ({ devices: proof.devices.map((device) => ({ ...device, uuidHash: 'f'.repeat(64) })) }),
  ],
  ['proof.implausible', 'two CPU packages that draw more than both may together', (proof) => twoPackages(proof, 100)],
  ['proof.implausible', 'a GPU job of which only the processor was metered', (proof) => twoPackages(proof, 20)],
  ['proof.implausible', 'one device listed twice', (proof) => ({ devices: [...proof.devices, ...proof.devices] })],
  ['proof.implausible', 'intervals that do not add up', (proof) => ({ boardJ: proof.boardJ + 1 })],
  ['proof.implausible', 'a hole between intervals', (proof) => ({ intervals: holed(proof) })],
  ['proof.runtime', 'another image', () => ({ runtime: { name: 'docker', image: `sha256:${'0'.repeat(64)}` } })],
  ['proof.runtime', 'another runtime', (proof) => ({ runtime: { ...proof.runtime, name: 'wasm' } })],
  ['proof.output', 'another output than was sent', () => ({ outputSha256: '0'.repeat(64) })],
  ['proof.output', 'an exit code that is not 0', () => ({ exitCode: 3 })],
]

test.each(tampers)('%s: %s is refused, visible to the owner, and pays nothing', async (code, _, tamper) => {
  const lease = await runLease()
  const proof = proofOf(lease)
  const tampered = { ...proof, ...tamper(proof) } as EnergyProof
  await expect(send(lease, tampered)).rejects.toMatchObject({ code })
  await expect(send(lease, tampered)).rejects.toMatchObject({ code: expect.stringMatching(/^proof\./) })
  expect((await events())[0]).toMatchObject({
    kind: 'proof-refused',
    code,
    jobId: code === 'proof.lease' || code === 'proof.malformed' ? expect.any(String) : 'job-1',
  })
  expect(await core.decided('test.settle')).toEqual([])
  expect(await core.parts.proofs.head(node.nodeId)).toEqual({ seq: 0, head: null })
})

test('one device counts for one job at a time: a second job over the same minute has to be metered by another one', async () => {
  const first = await runLease('job-1')
  await send(first, proofOf(first))
  const second = await runLease('job-2')
  const { seq, head } = await core.parts.proofs.head(node.nodeId)
  const honest = proofOf(second, { seq: seq + 1, prev: head })
  const sendMoved = (ms: number) => send(second, { ...honest, ...later(honest, ms) } as EnergyProof)
  const twice = sendMoved(-30_000)
  await expect(twice).rejects.toMatchObject({ code: 'proof.implausible', message: expect.stringContaining(`Proof proof-of-${first.leaseId} already counts`) })
  // A clock that was set back a little between the two is nobody's fault.
  await sendMoved(-10_000)
  expect(await core.decided('test.settle')).toHaveLength(2)
})

test('run time that the coordinator cannot have seen pass is not paid, whatever the clock of the node says', async () => {
  const lease = await core.lease(node)
  await core.clock.advance(1_000)
  await send(lease, proofFor(lease, { nodeId: node.nodeId, now: core.clock.now() + SECONDS * 1000 - 1_000 }))
  expect(await core.decided('test.settle')).toEqual([{ jobId: 'job-1', microUsd: '166' }])
})

test('a refusal is news once, however often the same proof is sent', async () => {
  const lease = await runLease()
  for (let i = 0; i < 3; i++) await expect(send(lease, proofOf(lease, { seq: 7, prev: 'a'.repeat(64) }))).rejects.toMatchObject({ code: 'proof.sequence' })
  expect(await events()).toHaveLength(1)
})

test('a refused proof leaves the lease alone, so the honest one still counts', async () => {
  const lease = await runLease()
  await expect(send(lease, proofOf(lease, { boardJ: 1e9 }))).rejects.toMatchObject({ code: 'proof.implausible' })
  expect((await job()).state).toBe('running')
  await send(lease, proofOf(lease, { proofId: 'honest' }))
  expect((await job()).state).toBe('completed')
})

test('a proof re-signed by another key is refused, under its own name and under the name of the node', async () => {
  const lease = await runLease()
  for (const keyId of [stranger.keyId, node.nodeId]) {
    const resigned = await submissionOf(lease, proofOf(lease), signedAs(keyId))
    await expect(core.parts.proofs.submit(node.nodeId, resigned)).rejects.toMatchObject({ code: 'proof.signature' })
  }
  expect((await events())[0]).toMatchObject({ kind: 'proof-refused', code: 'proof.signature' })
})

test('another node cannot submit the proof of this one, nor use its lease', async () => {
  const lease = await runLease()
  const other = await core.enrol()
  await expect(core.parts.proofs.submit(other.nodeId, await submissionOf(lease, proofOf(lease), node.signer))).rejects.toMatchObject({
    code: 'proof.wrong-node',
  })
  const stolen = proofFor(lease, { nodeId: other.nodeId, now: core.clock.now() })
  await expect(core.parts.proofs.submit(other.nodeId, await submissionOf(lease, stolen, other.signer))).rejects.toMatchObject({ code: 'proof.lease' })
  expect((await events(other)).map((fact) => fact.kind)).toEqual(['proof-refused', 'proof-refused'])
})

test('an accepted proof cannot be replayed for another lease, nor its name be used again', async () => {
  const first = await runLease('job-1')
  const proof = proofOf(first)
  await send(first, proof)
  const second = await runLease('job-2')
  await expect(send(second, proof)).rejects.toMatchObject({ code: 'proof.replayed' })
  const { seq, head } = await core.parts.proofs.head(node.nodeId)
  await expect(send(second, proofOf(second, { proofId: proof.proofId, seq: seq + 1, prev: head }))).rejects.toMatchObject({ code: 'proof.replayed' })
  expect(await core.decided('test.settle')).toHaveLength(1)
})

test('an old fencing token is refused, and the work of the new lease counts', async () => {
  const old = await runLease()
  await core.jobs.fail({
    nodeId: node.nodeId,
    leaseId: old.leaseId,
    token: old.token,
    reason: 'agent.restarted',
    message: 'restarted',
    exitCode: null,
    retry: true,
  })
  const fresh = await core.jobs.request(node.nodeId, ['docker'])
  expect(fresh).toMatchObject({ token: old.token + 1 })
  await expect(send(old, proofOf(old))).rejects.toMatchObject({ code: 'proof.lease' })
  await expect(send({ ...old, token: old.token + 1 }, proofOf(old))).rejects.toMatchObject({ code: 'proof.lease' })
  await core.clock.advance(SECONDS * 1000)
  if (fresh) await send(fresh, proofOf(fresh))
  expect(await core.decided('test.settle')).toHaveLength(1)
})

test('an output that is not the expected one fails the attempt cleanly and the job goes back to the queue', async () => {
  const lease = await runLease('job-1', { outputSha256: '1'.repeat(64) })
  await expect(send(lease, proofOf(lease))).rejects.toMatchObject({ code: 'proof.output' })
  expect(await job()).toMatchObject({ state: 'queued', reason: 'waiting.retry', attempts: [{ state: 'failed', reason: 'proof.output' }] })
})

test('a job whose output is wrong three times has failed and its money is free again', async () => {
  let lease: Lease | null = await runLease('job-1', { outputSha256: '1'.repeat(64) })
  for (let seq = 1; lease; seq++) {
    await expect(send(lease, proofOf(lease))).rejects.toMatchObject({ code: 'proof.output' })
    lease = await core.jobs.request(node.nodeId, ['docker'])
    await core.clock.advance(SECONDS * 1000)
  }
  expect(await job()).toMatchObject({ state: 'failed', reason: 'proof.output' })
  expect((await job()).attempts).toHaveLength(3)
  expect(await core.decided('test.release')).toEqual([{ jobId: 'job-1' }])
})

test('work that arrives after its lease ran out still counts while nobody else was given the job', async () => {
  const lease = await runLease()
  const proof = proofOf(lease)
  const submission = await submissionOf(lease, proof, node.signer)
  await core.jobs.round()
  await core.clock.advance(91_000)
  await core.parts.agents.heartbeat(node.nodeId, { ready: false, reasons: ['user'], running: [] })
  await core.jobs.round()
  expect(await job()).toMatchObject({ state: 'queued', attempts: [{ state: 'lost', reason: 'lease.expired' }] })
  await core.parts.proofs.submit(node.nodeId, submission)
  expect(await job()).toMatchObject({ state: 'completed', attempts: [{ state: 'succeeded' }] })
})

test('the result of a cancelled job is refused', async () => {
  const lease = await runLease()
  await core.jobs.cancel(REQUESTER, 'job-1')
  await expect(send(lease, proofOf(lease))).rejects.toMatchObject({ code: 'proof.lease' })
  expect(await core.decided('test.release')).toEqual([{ jobId: 'job-1' }])
})

/** Fails where the plan says: before the transaction or inside it. */
type Crash = 'none' | 'prepare' | 'settle'
const INJECTED = ['grid down', 'killed before commit']

test('a proof is accepted at most once under any interleaving, duplication, crash and retry', async () => {
  const crashes = fc.constantFrom<Crash>('none', 'prepare', 'settle')
  const waves = fc.array(fc.array(fc.record({ crash: crashes, forged: fc.boolean() }), { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 4 })
  await fc.assert(
    fc.asyncProperty(waves, async (plan) => {
      const script: Crash[] = []
      await using faulty = await startTestCore({
        changes: (books) => ({
          prepareReceipts: async (order) => {
            const crash = script.shift() ?? 'none'
            // Lets concurrent submissions overtake each other.
            await new Promise((resolve) => setImmediate(resolve))
            if (crash === 'prepare') throw new Error(INJECTED[0])
            const issue = await books.prepareReceipts(order)
            return async (tx) => {
              const issued = await issue(tx)
              if (crash === 'settle') throw new Error(INJECTED[1])
              return issued
            }
          },
        }),
      })
      const owner = await faulty.enrol()
      const lease = await faulty.lease(owner)
      await faulty.clock.advance(SECONDS * 1000)
      const honest = await submissionOf(lease, proofFor(lease, { nodeId: owner.nodeId, now: faulty.clock.now() }), owner.signer)
      const fork = await submissionOf(lease, proofFor(lease, { nodeId: owner.nodeId, now: faulty.clock.now(), changes: { proofId: 'fork' } }), owner.signer)
      const answers: { proofId: string; receiptId: string | null }[] = []
      for (const wave of [...plan, [{ crash: 'none' as const, forged: false }]]) {
        script.splice(0, script.length, ...wave.map(({ crash }) => crash))
        const results = await Promise.allSettled(wave.map(({ forged }) => faulty.parts.proofs.submit(owner.nodeId, forged ? fork : honest)))
        const accidents = results.flatMap((result) =>
          result.status === 'rejected' && !(result.reason instanceof WindfallError) ? [messageOf(result.reason)] : [],
        )
        expect(accidents.filter((message) => !INJECTED.includes(message))).toEqual([])
        answers.push(...results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : [])))
      }
      expect(new Set(answers.map(({ proofId, receiptId }) => `${proofId} ${receiptId}`)).size).toBeLessThanOrEqual(1)
      expect(await faulty.decided('test.settle')).toHaveLength(1)
      expect(await faulty.decided('test.receipt')).toHaveLength(1)
      expect(await faulty.db.selectFrom('proof').selectAll().execute()).toHaveLength(1)
      const kinds = (await faulty.parts.agents.events(owner.nodeId, { after: 0, limit: 200 }))
        .map(({ fact }) => fact.kind)
        .filter((kind) => kind !== 'proof-refused')
      expect(kinds).toEqual(['proof-accepted', 'receipt', 'earning'])
      expect((await faulty.jobs.view(REQUESTER, 'job-1')).state).toBe('completed')
    }),
    { numRuns: 25 },
  )
})
