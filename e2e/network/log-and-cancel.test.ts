import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { AgentStatus } from '../../shared/contract/agent.ts'
import type { JobView } from '../../shared/contract/job.ts'
import { ended, startFleet, submitSample } from '../support/fleet.ts'
import { answer, temporaryDirectory, until, windfall } from '../support/windfall.ts'

/** Of work for minutes. */
const LONG = ['1500', '1500', '1']

test('what a job says is read while it runs and after, a cancelled job is ended on its machine, and a result is fetched whole', async () => {
  using root = temporaryDirectory()
  await using fleet = await startFleet(root.path)
  const coordinator = await fleet.startCoordinator()
  await fleet.startAgent('agent', coordinator.ready.url)
  const data = fleet.directory('coordinator')
  const job = (jobId: string) => answer<JobView>(['job', 'show', jobId, '--data', data])

  const broken = await submitSample(data, 'wasm', ['zero'])
  const followed = await windfall(['job', 'logs', broken.jobId, '--follow', '--data', data])
  expect(followed).toMatchObject({ code: 0, stdout: expect.stringContaining('expected a number'), stderr: expect.stringContaining('The job is failed.') })
  const pieces = (await windfall(['job', 'logs', broken.jobId, '--json', '--data', data])).stdout.trim().split('\n')
  expect(pieces.map((line) => (JSON.parse(line) as { text: string }).text).join('')).toBe(followed.stdout)

  const long = await submitSample(data, 'wasm', LONG)
  await until(
    () => job(long.jobId),
    ({ state }) => state === 'running',
    { what: 'the start of the long job' },
  )
  const cancelled = await answer<JobView>(['job', 'cancel', long.jobId, '--data', data])
  expect(cancelled.state).toBe('cancelled')
  await until(
    () => answer<AgentStatus>(['status', '--data', fleet.directory('agent')]),
    (status) => status.running.length === 0,
    { what: 'the end of the cancelled job on its machine' },
  )
  const done = await ended(data, (await submitSample(data, 'wasm', ['96', '72', '1'])).jobId)
  expect(done.state).toBe('completed')

  const file = join(root.path, 'picture')
  expect((await windfall(['job', 'result', done.jobId, '--output', file, '--data', data])).stdout).toContain(done.outputSha256)
  expect([existsSync(`${file}.part`), readFileSync(file).length > 0]).toEqual([false, true])
})
