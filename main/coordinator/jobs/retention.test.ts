import { readdirSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { LogQuestion } from '../../../shared/contract/job-log.ts'
import { toIso } from '../../../shared/units.ts'
import { REQUESTER, type TestCore, type TestNode, startTestCore } from '../core.fake.ts'
import { OUTPUT, proofFor, submissionOf, testSpec } from '../test-work.fake.ts'
import { createRetention } from './retention.ts'

const DAY_MS = 86_400_000
const LONG_AGO = new Date('2020-01-01T00:00:00.000Z')

let core: TestCore
let node: TestNode
let proven = 0
let prev: string | null
beforeEach(async () => {
  core = await startTestCore()
  node = await core.enrol()
  proven = 0
  prev = null
})
afterEach(() => core[Symbol.asyncDispose]())

const failures: string[] = []
const retention = (outputs = core.outputs.blobs) =>
  createRetention({
    db: core.db,
    clock: core.clock,
    outputs,
    keep: { logMs: 14 * DAY_MS, outputMs: 90 * DAY_MS },
    onFailure: (message) => failures.push(message),
  })

/** Everything that is stored was written long before. */
function age(): void {
  for (const name of readdirSync(core.outputs.directory)) utimesSync(join(core.outputs.directory, name), LONG_AGO, LONG_AGO)
}

async function complete(jobId: string): Promise<void> {
  const lease = await core.lease(node, jobId)
  await core.parts.logs.hear(node.nodeId, { ...lease0(lease), stream: 's', from: 0, content: Buffer.from(`log of ${jobId}`).toString('base64'), isLast: true })
  await core.clock.advance(60_000)
  const head = await core.parts.proofs.head(node.nodeId)
  proven = head.seq
  prev = head.head
  const proof = proofFor(lease, { nodeId: node.nodeId, now: core.clock.now(), changes: { seq: proven + 1, prev } })
  await core.parts.proofs.submit(node.nodeId, await submissionOf(lease, proof, node.signer))
}
const lease0 = ({ leaseId, token }: { leaseId: string; token: number }) => ({ leaseId, token })
const said = async (jobId: string) => (await core.parts.logs.read(REQUESTER, LogQuestion.parse({ jobId }))).pieces.length
const output = (jobId: string) => core.parts.results.read(REQUESTER, jobId)

test('what a job said goes two weeks after its end and its output after ninety days, as its requester was told; the job and its receipt stay', async () => {
  await complete('job-1')
  const { outputExpiresAt, receiptId } = await core.parts.jobs.view(REQUESTER, 'job-1')
  expect(outputExpiresAt).toBe('2026-05-30T12:11:00.000Z')
  age()
  await core.clock.advance(14 * DAY_MS - 1)
  await retention().tidy()
  expect(await said('job-1')).toBe(1)
  await core.clock.advance(1)
  await retention().tidy()
  expect([await said('job-1'), (await output('job-1')).content]).toEqual([0, OUTPUT])
  await core.clock.advance(76 * DAY_MS)
  await retention().tidy()
  await expect(output('job-1')).rejects.toMatchObject({ code: 'not-found', message: expect.stringContaining(`kept until ${outputExpiresAt} and is gone`) })
  expect(await core.parts.jobs.view(REQUESTER, 'job-1')).toMatchObject({ state: 'completed', receiptId, priceMicroUsd: '10000' })
})

test('an output that a job waits for stays until that job has ended', async () => {
  await complete('job-1')
  const spec = testSpec(core.clock.now(), { inputs: [{ path: 'x', outputOf: 'job-1' }], deadline: toIso(core.clock.now() + 200 * DAY_MS) })
  await core.jobs.submit({ requesterId: REQUESTER, jobId: 'job-2', spec, after: [{ jobId: 'job-1', when: 'completed' }] })
  age()
  await core.clock.advance(91 * DAY_MS)
  await retention().tidy()
  expect((await output('job-1')).content).toEqual(OUTPUT)
  await core.jobs.cancel(REQUESTER, 'job-2')
  await retention().tidy()
  await expect(output('job-1')).rejects.toMatchObject({ code: 'not-found' })
  const again = { spec: { ...spec, deadline: toIso(core.clock.now() + DAY_MS) }, after: [{ jobId: 'job-1', when: 'completed' as const }] }
  const refused = { code: 'input.invalid', message: expect.stringContaining('the output of job job-1, which is no longer kept') }
  await expect(core.jobs.submit({ requesterId: REQUESTER, jobId: 'job-3', ...again })).rejects.toMatchObject(refused)
  await expect(core.jobs.arrays.submit(REQUESTER, { arrayId: 'many', range: { from: 0, to: 1 }, ...again })).rejects.toMatchObject(refused)
})

test('an output that two jobs came to goes with the later one, and one that was written since stays', async () => {
  await complete('job-1')
  await core.clock.advance(60 * DAY_MS)
  await node.ready()
  await complete('job-2')
  age()
  await core.clock.advance(31 * DAY_MS)
  await retention().tidy()
  expect((await output('job-2')).content).toEqual(OUTPUT)
  await core.clock.advance(60 * DAY_MS)
  // Somebody is about to hand in the same once more.
  const now = new Date(core.clock.now())
  for (const name of readdirSync(core.outputs.directory)) utimesSync(join(core.outputs.directory, name), now, now)
  await retention().tidy()
  expect(readdirSync(core.outputs.directory)).toHaveLength(1)
})

test('what an unfinished job says is kept however long it runs, and a store that fails is tried again', async () => {
  const lease = await core.lease(node, 'job-1')
  await core.parts.logs.hear(node.nodeId, { ...lease0(lease), stream: 's', from: 0, content: 'eA==', isLast: false })
  await core.clock.advance(30 * DAY_MS)
  await retention().tidy()
  expect(await said('job-1')).toBe(1)
  const stop = new AbortController()
  await core.db
    .updateTable('job')
    .set({ state: 'completed', output_sha256: 'a'.repeat(64), updated_at: 0 })
    .execute()
  let tries = 0
  const running = retention({ ...core.outputs.blobs, remove: () => Promise.reject(new Error(`down ${++tries}`)) }).run(stop.signal)
  for (const round of [1, 2]) {
    await expect.poll(() => [failures.length, core.clock.sleepers()]).toEqual([round, 1])
    await core.clock.advance(600_000)
  }
  await expect.poll(() => failures.length).toBe(3)
  stop.abort()
  await running
  expect([tries, failures]).toEqual([3, ['down 1', 'down 2', 'down 3']])
})
