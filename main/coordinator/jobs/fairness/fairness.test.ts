import { sql } from 'kysely'
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest'
import type { JobSpec } from '../../../../shared/contract/job.ts'
import { REQUESTER, type TestCore, type TestNode, startTestCore } from '../../core.fake.ts'
import { testSpec } from '../../test-work.fake.ts'
import { openDatabase } from '../../persistence/database.ts'
import { generateApiKey, grantApiKey } from '../../registry/api-keys.ts'
import { createAtHandStore } from '../at-hand.store.ts'
import { jobsAtHand } from '../world.ts'

let core: TestCore
let node: TestNode
beforeEach(async () => {
  core = await startTestCore()
  for (const requesterId of ['ada', 'bob'])
    await grantApiKey(core.db, {
      requesterId,
      name: requesterId,
      apiKey: generateApiKey((bytes) => new Uint8Array(Buffer.from(requesterId.repeat(20)).subarray(0, bytes))),
      at: 0,
    })
  node = await core.enrol()
  await node.ready()
})
afterEach(() => core[Symbol.asyncDispose]())

const spec = (changes: Partial<JobSpec> = {}): JobSpec => testSpec(core.clock.now(), { outputSha256: null, ...changes })
const submit = (requesterId: string, jobId: string, changes: Partial<JobSpec> = {}) => core.jobs.submit({ requesterId, jobId, spec: spec(changes) })
const array = (requesterId: string, arrayId: string, jobs: number, changes: Partial<JobSpec> = {}) =>
  core.jobs.arrays.submit(requesterId, { arrayId, spec: spec(changes), range: { from: 0, to: jobs - 1 }, admission: 'best-effort' })
const weigh = (requesterId: string, weight: number) => core.db.updateTable('requester').set({ weight }).where('id', '=', requesterId).execute()

/** In what order jobs would be served now. */
const order = async () => (await jobsAtHand(core.db, core.clock.now(), { specs: new Map() })).filter(({ held }) => held === null).map(({ job }) => job)

/** Which jobs a round would look at that looks at few. */
const near = async () => (await createAtHandStore(core.db).atHand(new Map(), { queued: 20, planned: 100 })).map(({ jobId }) => jobId)

/** Lets the node take the first in line, and finds that it fails for good, so that the next can be served. */
async function serveOne(): Promise<string> {
  const [first] = await order()
  await core.db.updateTable('job').set({ state: 'queued', plan: null }).where('state', '=', 'planned').execute()
  const lease = await core.jobs.request(node.nodeId, ['docker'])
  if (!lease || !first) throw new Error('nothing was leased')
  const claim = { nodeId: node.nodeId, leaseId: lease.leaseId, token: lease.token }
  await core.jobs.fail({ ...claim, reason: 'job.failed', message: 'It failed.', exitCode: 1, retry: false })
  return lease.jobId
}

test('one job of another requester is next, however many are waiting', async () => {
  await array('ada', 'many', 500)
  const first = await serveOne()
  await submit('bob', 'only')
  const jobs = await order()
  expect(first).toMatch(/^many-/)
  expect(jobs.findIndex(({ jobId }) => jobId === 'only')).toBeLessThanOrEqual(1)
})

test('twice the weight is twice the share', async () => {
  await weigh('ada', 200)
  await array('ada', 'a', 30)
  await array('bob', 'b', 30)
  const firsts = (await order()).slice(0, 15).map(({ requesterId }) => requesterId)
  expect(firsts.filter((who) => who === 'ada')).toHaveLength(10)
})

test('priority overtakes only a requester’s own jobs, and takes nothing from the others’ share', async () => {
  await array('ada', 'a', 5, { priority: 1 })
  await array('bob', 'b', 5)
  await array('ada', 'urgent', 3, { priority: 9 })
  const jobs = (await order()).map(({ jobId }) => jobId)
  expect(jobs.filter((jobId) => !jobId.startsWith('b')).slice(0, 3)).toEqual(['urgent-0', 'urgent-1', 'urgent-2'])
  expect(jobs.slice(0, 6).filter((jobId) => jobId.startsWith('b'))).toHaveLength(3)
})

test('of one requester, the job that has to be done first goes first', async () => {
  await submit('ada', 'late', { deadline: new Date(core.clock.now() + 9_000_000).toISOString() })
  await submit('ada', 'soon', { deadline: new Date(core.clock.now() + 3_000_000).toISOString() })
  expect((await order()).map(({ jobId }) => jobId)).toEqual(['soon', 'late'])
})

test('a job that has overtaken leaves its own place in line to the one that it has overtaken', async () => {
  await submit('ada', 'first', { priority: 1 })
  await submit('ada', 'urgent', { priority: 9 })
  const starts = async () => Object.fromEntries((await core.db.selectFrom('job').select(['id', 'fair_start']).execute()).map((row) => [row.id, row.fair_start]))
  expect(await starts()).toEqual({ first: 0, urgent: 60_000 })
  await core.jobs.round()
  expect((await core.jobs.view('ada', 'urgent')).state).toBe('leased')
  expect(await starts()).toEqual({ first: 60_000, urgent: 0 })
})

test('GPUs and processors have lines of their own: whoever keeps the ones busy does not wait for the others', async () => {
  await array('ada', 'gpu', 50)
  await array('ada', 'cpu', 1, { needs: { gpus: 0, vramBytes: 0, ramBytes: 0 } })
  const row = await core.db.selectFrom('job').select(['place', 'fair_start']).where('id', '=', 'cpu-0').executeTakeFirstOrThrow()
  expect(row).toEqual({ place: 'processor', fair_start: 0 })
})

test('of a long queue a round looks at the first of every requester, and at what fits nowhere in turn', async () => {
  await array('ada', 'many', 100)
  await array('bob', 'few', 3)
  const first = await near()
  expect(first.filter((jobId) => jobId.startsWith('few'))).toHaveLength(3)
  expect(first.filter((jobId) => jobId.startsWith('many'))).toHaveLength(10)
  for (const [index, jobId] of first.entries()) await core.db.updateTable('job').set({ planned_at: index }).where('id', '=', jobId).execute()
  const second = await near()
  expect(second.filter((jobId) => jobId.startsWith('many') && !first.includes(jobId))).toHaveLength(10)
  expect(second.filter((jobId) => jobId.startsWith('many') && first.includes(jobId))).toHaveLength(3)
})

test('a job that waits for others is not in line yet', async () => {
  await submit('ada', 'a')
  await core.jobs.submit({ requesterId: 'ada', jobId: 'b', spec: spec(), after: [{ jobId: 'a', when: 'completed' }] })
  expect((await order()).map(({ jobId }) => jobId)).toEqual(['a'])
})

test('what every round asks is answered by an index', async () => {
  const db = await openDatabase(':memory:')
  onTestFinished(() => db.destroy())
  const plan = async (query: string) =>
    (await sql<{ detail: string }>`EXPLAIN QUERY PLAN ${sql.raw(query.replaceAll('?', "'x'"))}`.execute(db)).rows.map(({ detail }) => detail).join()
  const line = `FROM job WHERE place = ? AND requester_id = ? AND state IN ('queued', 'planned') AND blocked = 0`
  expect(await plan(`SELECT fair_start ${line} ORDER BY fair_start LIMIT ?`)).toMatch(/INDEX job_line/)
  expect(await plan(`SELECT id ${line} AND planned_at IS NULL AND state = ? ORDER BY priority DESC, deadline_at, id LIMIT ?`)).toMatch(/INDEX job_fresh/)
  expect(await plan(`SELECT id ${line} AND planned_at IS NOT NULL AND state = ? ORDER BY planned_at, id LIMIT ?`)).toMatch(/INDEX job_passed_over/)
  expect(await plan(`SELECT fair_start FROM job WHERE place = ? AND state IN ('queued', 'planned') AND blocked = 0 ORDER BY fair_start LIMIT ?`)).toMatch(
    /INDEX job_next/,
  )
  expect(await plan(`SELECT fair_start FROM job WHERE place = ? AND state IN ('leased', 'running', 'verifying') ORDER BY fair_start DESC LIMIT ?`)).toMatch(
    /INDEX job_served/,
  )
  expect(await plan(`SELECT waiter_id FROM job_after WHERE due = 1 LIMIT ?`)).toMatch(/INDEX job_after_due/)
  expect(await plan(`SELECT state, count(*) FROM job WHERE array_id = ? GROUP BY state`)).toMatch(/INDEX job_array_state/)
})

test('what a requester was served before it has jobs again does not count for ever', async () => {
  await array(REQUESTER, 'old', 3)
  await core.jobs.arrays.cancel(REQUESTER, 'old')
  await submit('ada', 'a')
  await submit(REQUESTER, 'new')
  const starts = await core.db.selectFrom('job').select(['id', 'fair_start']).where('id', 'in', ['a', 'new']).execute()
  const [a, fresh] = ['a', 'new'].map((id) => starts.find((row) => row.id === id)?.fair_start ?? 0)
  expect(Math.abs((a ?? 0) - (fresh ?? 0))).toBeLessThanOrEqual(180_000)
})
