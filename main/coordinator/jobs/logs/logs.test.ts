import * as fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { LOG_KEPT_BYTES, LOG_PIECE_BYTES, LogQuestion, MOST_SAID_BYTES } from '../../../../shared/contract/job-log.ts'
import type { Lease } from '../../../../shared/contract/job.ts'
import { REQUESTER, type TestCore, type TestNode, startTestCore } from '../../core.fake.ts'
import { type JobLogs, createJobLogs } from './logs.ts'
import { placed } from './keeping.ts'
import type { LogTail } from './logs.store.ts'

let core: TestCore
let node: TestNode
let lease: Lease
let logs: JobLogs
beforeEach(async () => {
  core = await startTestCore()
  node = await core.enrol()
  lease = await core.lease(node)
  logs = createJobLogs({ db: core.db, clock: core.clock, keepMs: 86_400_000 })
})
afterEach(() => core[Symbol.asyncDispose]())

interface Said {
  readonly from: number
  readonly content?: Uint8Array
  readonly stream?: string
  readonly isLast?: boolean
}

const say = ({ from, content = new Uint8Array(), stream = 's1', isLast = false }: Said, nodeId = node.nodeId, token = lease.token) =>
  logs.hear(nodeId, { leaseId: lease.leaseId, token, stream, from, content: Buffer.from(content).toString('base64'), isLast })
const ask = (question: object = {}, who = REQUESTER) => logs.read(who, LogQuestion.parse({ jobId: 'job-1', ...question }))

/** Everything from a position on, as somebody who follows it sees it; gaps are question marks. */
async function readAll(limit = 65_536): Promise<Buffer> {
  let all = Buffer.alloc(0)
  for (let after = 0; ; ) {
    const { pieces, next } = await ask({ after, limit })
    for (const { from, content } of pieces) all = Buffer.concat([all, Buffer.alloc(from - all.length, '?'), Buffer.from(content, 'base64')])
    if (next === after) return all
    after = next
  }
}

test('what a job says is read as it was said, from any position, and is over once it has said all', async () => {
  expect(await ask()).toMatchObject({ attemptId: lease.attemptId, pieces: [], next: 0, isOver: false, expiresAt: null })
  await say({ from: 0, content: Buffer.from('hello ') })
  await say({ from: 6, content: Buffer.from([0, 255, 10, 128]) })
  expect([...(await readAll())]).toEqual([...Buffer.from('hello '), 0, 255, 10, 128])
  const { pieces, next } = await ask({ after: 4, limit: 3 })
  expect([pieces.map(({ from, content }) => [from, Buffer.from(content, 'base64').toString()]), next]).toEqual([[[4, 'o \0']], 7])
  await say({ from: 10, isLast: true })
  expect(await ask({ after: 7 })).toMatchObject({ next: 10, isOver: true })
  expect(await ask({ after: 0, limit: 2 })).toMatchObject({ next: 2, isOver: false })
})

test('whatever comes twice, late, in any pieces or with gaps is read once, in its place', async () => {
  const Piece = fc.record({ from: fc.integer({ min: 0, max: 60 }), length: fc.integer({ min: 0, max: 30 }), wait: fc.constantFrom(0, 0, 6_000) })
  await fc.assert(
    fc.asyncProperty(fc.array(Piece, { maxLength: 15 }), fc.integer({ min: 1, max: 50 }), async (pieces, limit) => {
      await core.db.deleteFrom('job_log').execute()
      const whole = Buffer.from(Array.from({ length: 100 }, (_, index) => 33 + index))
      const expected = Buffer.alloc(100, '?')
      let [end, start] = [0, -1]
      for (const { from, length, wait } of pieces) {
        await core.clock.advance(wait)
        await say({ from, content: whole.subarray(from, from + length) })
        if (from + length <= end || length === 0) continue
        if (start < 0) start = from
        whole.copy(expected, Math.max(from, end), Math.max(from, end), from + length)
        end = from + length
      }
      // Positions count from the first that was heard.
      expect((await readAll(limit)).toString('latin1')).toBe(expected.subarray(Math.max(0, start), end).toString('latin1'))
    }),
    { numRuns: 60 },
  )
})

test('another process of the agent goes on where the one before it was heard last', async () => {
  await say({ from: 0, content: Buffer.from('before ') })
  await say({ from: 0, content: Buffer.from('after'), stream: 's2' })
  expect((await readAll()).toString()).toBe('before after')
  const tail = { attemptId: 'a', position: 10, length: 5, stream: 's', source: 0, saidAt: 0 }
  expect(placed(tail, { attemptId: 'a', stream: 's', source: 3, saidAt: 1, content: Buffer.from('abcdef') })).toMatchObject({ position: 15, source: 5 })
})

test('a node that leaves out more and more, a stream after another, never counts to where positions are no longer exact', () => {
  let tail: LogTail = { attemptId: 'a', position: 0, length: 1, stream: '0', source: 0, saidAt: 1 }
  for (let count = 1; count < 9_000; count++)
    for (const source of [0, MOST_SAID_BYTES]) {
      const row = placed(tail, { attemptId: 'a', stream: String(count), source, saidAt: 1, content: Buffer.from('a') })
      tail = row ? { ...row, length: 1 } : tail
    }
  expect(tail.position).toBeLessThan(MOST_SAID_BYTES)
})

test('of what an attempt says the newest 4 MiB are kept, and letters that come one by one do not make a row each', async () => {
  const piece = Buffer.alloc(LOG_PIECE_BYTES, 'x')
  for (let from = 0; from < LOG_KEPT_BYTES + 10 * LOG_PIECE_BYTES; from += LOG_PIECE_BYTES) {
    await say({ from, content: piece })
    await core.clock.advance(1_000)
  }
  const rows = await core.db.selectFrom('job_log').select(['position', 'length']).orderBy('position').execute()
  expect(rows.reduce((sum, { length }) => sum + length, 0)).toBe(LOG_KEPT_BYTES)
  expect((await ask({ after: 0, limit: 1 })).pieces[0]?.from).toBe(10 * LOG_PIECE_BYTES)
  await core.db.deleteFrom('job_log').execute()
  for (let from = 0; from < 100; from++) await say({ from, content: Buffer.from('y'), stream: 's2' })
  expect(await core.db.selectFrom('job_log').select('length').execute()).toEqual([{ length: 100 }])
})

test('who says more than its share at a time is cut short, and goes on later', async () => {
  const piece = Buffer.alloc(LOG_PIECE_BYTES, 'x')
  for (let index = 0; index < 40; index++) await say({ from: index * LOG_PIECE_BYTES, content: piece })
  const kept = (await readAll(262_144)).length
  expect(kept).toBeLessThan(20 * LOG_PIECE_BYTES)
  await core.clock.advance(60_000)
  await say({ from: 40 * LOG_PIECE_BYTES, content: Buffer.from('end') })
  expect((await readAll(262_144)).subarray(-4).toString()).toBe('?end')
})

test('only the node that holds the lease is heard, until a minute after its attempt has ended', async () => {
  const other = await core.enrol()
  await expect(say({ from: 0, content: Buffer.from('x') }, other.nodeId)).rejects.toMatchObject({ code: 'lease.lost' })
  await expect(say({ from: 0, content: Buffer.from('x') }, node.nodeId, lease.token + 1)).rejects.toMatchObject({ code: 'lease.lost' })
  await core.jobs.fail({ nodeId: node.nodeId, leaseId: lease.leaseId, token: lease.token, reason: 'job.exit-code', message: 'x', exitCode: 1, retry: false })
  await core.clock.advance(50_000)
  await say({ from: 0, content: Buffer.from('last words') })
  expect((await readAll()).toString()).toBe('last words')
  await core.clock.advance(61_000)
  await expect(say({ from: 10, content: Buffer.from('x') })).rejects.toMatchObject({ code: 'lease.lost' })
})

test('an attempt that ended without a word is over after a moment, and its requester is told how long its log is kept', async () => {
  await core.jobs.fail({ nodeId: node.nodeId, leaseId: lease.leaseId, token: lease.token, reason: 'job.exit-code', message: 'x', exitCode: 1, retry: false })
  expect(await ask()).toMatchObject({ isOver: false, expiresAt: '2026-03-02T12:10:00.000Z' })
  await core.clock.advance(10_000)
  expect(await ask()).toMatchObject({ isOver: true })
})

test('nobody reads the log of somebody else’s job, nor one attempt as that of another job', async () => {
  await expect(ask({}, 'somebody')).rejects.toMatchObject({ code: 'not-found' })
  await expect(ask({ attemptId: 'nobody' })).rejects.toMatchObject({ code: 'not-found' })
  await core.submit('job-2')
  expect(await ask({ jobId: 'job-2' })).toMatchObject({ attemptId: null, isOver: false })
  await expect(ask({ jobId: 'job-2', attemptId: lease.attemptId })).rejects.toMatchObject({ code: 'not-found' })
})

test('what was said before a moment is left out if it is asked so', async () => {
  await say({ from: 0, content: Buffer.from('old ') })
  await core.clock.advance(60_000)
  await say({ from: 4, content: Buffer.from('new') })
  const { pieces } = await ask({ since: '2026-03-01T12:10:30.000Z' })
  expect(pieces.map(({ content }) => Buffer.from(content, 'base64').toString())).toEqual(['new'])
})
