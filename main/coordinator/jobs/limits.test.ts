import { expect, test } from 'vitest'
import { REQUESTER, startTestCore } from '../core.fake.ts'
import { testSpec } from '../test-work.fake.ts'

test('a job that may leave more than this coordinator takes is refused before anything is sent, and one that may leave as much is not', async () => {
  await using core = await startTestCore({ changes: (_, { config }) => ({ config: { ...config, maxOutputBytes: 1_000 } }) })
  const submit = (jobId: string, outputBytes: number) => {
    const spec = testSpec(core.clock.now())
    return core.jobs.submit({ requesterId: REQUESTER, jobId, spec: { ...spec, limits: { ...spec.limits, outputBytes } } })
  }
  await expect(submit('job-1', 1_001)).rejects.toMatchObject({
    code: 'input.too-large',
    message: expect.stringMatching(/at most 1000 bytes.*limits\.outputBytes from 1001/),
  })
  expect(await core.decided('test.reserve')).toEqual([])
  expect(await submit('job-1', 1_000)).toMatchObject({ state: 'queued' })
})
