import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'
import { createFakeClock } from '../../kernel/clock.fake.ts'
import { openSqlite } from '../../kernel/sqlite.ts'
import * as containers from '../migrations/0004-containers.ts'
import { createCheckpointStore } from './checkpoint.store.ts'
import { createCheckpoints } from './checkpoints.ts'
import { tarOf } from './image.fixture.ts'

function setUp() {
  const directory = mkdtempSync(join(tmpdir(), 'windfall-checkpoints-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  const clock = createFakeClock()
  const store = createCheckpointStore(openSqlite(':memory:', [containers]))
  return { directory, clock, store, checkpoints: createCheckpoints({ directory, store, clock }) }
}

const saved = async (content: string) => Readable.from([await tarOf({ 'ckpt/n': { content } })])

test('what one node exports, another gives to the job', async () => {
  const here = setUp()
  const there = setUp()
  await here.checkpoints.keep({ jobId: 'job', attemptId: 'a1' }, await saved('seven'))
  const exported = await here.checkpoints.exportCheckpoint('a1')
  if (!exported) return expect.unreachable()
  const { archive, ...announced } = exported
  await there.checkpoints.importCheckpoint(announced, archive)
  const given = await there.checkpoints.open('job')
  expect(given).toMatchObject({ sha256: announced.sha256, files: announced.files })
  expect((await buffer(given?.archive ?? Readable.from([]))).includes('seven')).toBe(true)
  expect(await here.checkpoints.exportCheckpoint('a2')).toBeNull()
})

test('an import that is not what was announced is refused, and what was there stays', async () => {
  const { checkpoints, store } = setUp()
  const kept = await checkpoints.keep({ jobId: 'job', attemptId: 'a1' }, await saved('seven'))
  if (!kept) return expect.unreachable()
  await expect(checkpoints.importCheckpoint(kept, await saved('eight'))).rejects.toMatchObject({ code: 'input.invalid' })
  expect(store.ofJob('job')).toEqual(kept)
})

test('the last checkpoint of a job counts, one without a file does not', async () => {
  const { checkpoints, store, directory } = setUp()
  await checkpoints.keep({ jobId: 'job', attemptId: 'a1' }, await saved('seven'))
  await checkpoints.keep({ jobId: 'job', attemptId: 'a2' }, await saved('eight'))
  expect(await checkpoints.keep({ jobId: 'job', attemptId: 'a3' }, Readable.from([await tarOf({ 'ckpt/': { folder: 0o700 } })]))).toBeNull()
  expect(store.all()).toMatchObject([{ jobId: 'job', attemptId: 'a2' }])
  expect(readdirSync(directory)).toHaveLength(1)
  await checkpoints.forget('job')
  expect(readdirSync(directory)).toEqual([])
})

test('after a week a checkpoint goes with the next one that is kept', async () => {
  const { checkpoints, store, clock, directory } = setUp()
  await checkpoints.keep({ jobId: '../../old', attemptId: 'a1' }, await saved('seven'))
  clock.jump(8 * 24 * 3_600_000)
  await checkpoints.keep({ jobId: 'new', attemptId: 'a2' }, await saved('eight'))
  expect(store.all().map(({ jobId }) => jobId)).toEqual(['new'])
  expect(readdirSync(directory)).toHaveLength(1)
})
