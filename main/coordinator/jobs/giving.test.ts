import { afterEach, beforeEach, expect, test } from 'vitest'
import { REQUESTER, type TestCore, startTestCore } from '../core.fake.ts'
import { testSpec } from '../test-work.fake.ts'
import { toIso } from '../../../shared/units.ts'

const WINDOW_MS = 40_000
let core: TestCore
beforeEach(async () => {
  core = await startTestCore({ delayMs: () => WINDOW_MS })
})
afterEach(() => core[Symbol.asyncDispose]())

const states = async (jobIds: readonly string[]) => Promise.all(jobIds.map(async (jobId) => (await core.jobs.view(REQUESTER, jobId)).state))

test('a job that cannot be given out keeps no other one waiting', async () => {
  const jobIds = ['job-0', 'job-1', 'job-2', 'job-3', 'job-4']
  let nodeId = ''
  for (const jobId of jobIds) {
    const node = await core.enrol()
    nodeId = node.nodeId
    await node.ready()
    await core.submit(jobId)
  }
  await core.jobs.round()
  expect(await states(jobIds)).toEqual(jobIds.map(() => 'planned'))
  // Every token that it could be given is taken.
  const attempt = { job_id: 'job-2', node_id: nodeId, state: 'failed' as const, plan: '{}', leased_at: 0 }
  const tokens = Array.from({ length: 20 }, (_, index) => ({ ...attempt, id: `taken-${index}`, lease_id: `taken-${index}`, token: index + 1 }))
  await core.db.insertInto('attempt').values(tokens).execute()
  await core.clock.advance(WINDOW_MS - 29_000)
  await core.jobs.round()
  // What is displaced is brought together with all that is free.
  await core.clock.advance(200)
  await core.jobs.round()
  expect(await states(jobIds)).toEqual(['leased', 'leased', 'planned', 'leased', 'leased'])
  expect(new Set((await core.decided('lease')).map(({ jobId }) => jobId))).toEqual(new Set(['job-0', 'job-1', 'job-3', 'job-4']))
})

test('however many deadlines pass at once, every job of them ends', async () => {
  const spec = testSpec(core.clock.now(), { deadline: toIso(core.clock.now() + 60_000) })
  await core.jobs.arrays.submit(REQUESTER, { arrayId: 'many', spec, range: { from: 1, to: 130 }, admission: 'best-effort' })
  await core.clock.advance(60_000)
  await core.jobs.round()
  expect(await core.jobs.arrays.view(REQUESTER, 'many')).toMatchObject({ states: { expired: 130 } })
})
