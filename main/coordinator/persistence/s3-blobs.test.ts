import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type FakeClock, createFakeClock } from '../../kernel/clock.fake.ts'
import type { Blobs } from './blobs.ts'
import { openS3Blobs } from './s3-blobs.ts'
import { signatureOf, startS3 } from './s3.fake.ts'
import { ANSWER_MS, type S3Deps, createS3 } from './s3.ts'

let directory: string
let clock: FakeClock
let server: Awaited<ReturnType<typeof startS3>>
let blobs: Blobs

const hexOf = (text: string) => createHash('sha256').update(text).digest('hex')
const digestOf = (text: string) => `sha256:${hexOf(text)}`
async function* chunks(text: string) {
  yield Buffer.from(text)
}
const put = (text: string, to = blobs) => to.write(chunks(text), { maxBytes: 1_000, expected: null })

function open(changes: Partial<S3Deps> = {}, place: Partial<S3Deps['place']> = {}): Blobs {
  let names = 0
  const s3 = createS3({ clock, random: () => 0, fetch, keys: server.keys, ...changes, place: { ...server.place, ...place } })
  return openS3Blobs({ s3, folder: 'blobs', directory, nextName: () => `upload-${++names}`, clock })
}

/** Moves the clock in steps until `work` is done; without a step only what waits for no time at all goes on. */
async function settled<T>(work: Promise<T>, stepMs = 0): Promise<T> {
  const state = { done: false }
  const end = () => {
    state.done = true
  }
  work.then(end, end)
  while (!state.done) await clock.advance(stepMs)
  return work
}

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'windfall-s3-'))
  clock = createFakeClock()
  server = await startS3(clock)
  blobs = open()
})
afterEach(async () => {
  await server[Symbol.asyncDispose]()
  rmSync(directory, { recursive: true })
})

test('the bucket of these tests expects the signatures that AWS publishes as examples', async () => {
  // Amazon S3 API Reference, “Authenticating Requests: Using the Authorization Header”, examples GET Object and List Objects.
  const headers = {
    host: 'examplebucket.s3.amazonaws.com',
    range: 'bytes=0-9',
    'x-amz-content-sha256': 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    'x-amz-date': '20130524T000000Z',
  }
  const credentials = { date: '20130524T000000Z', region: 'us-east-1', secret: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' }
  expect(signatureOf({ method: 'GET', target: '/test.txt', headers }, Object.keys(headers).join(';'), credentials)).toBe(
    'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
  )
  const listing = { host: headers.host, 'x-amz-content-sha256': headers['x-amz-content-sha256'], 'x-amz-date': headers['x-amz-date'] }
  expect(signatureOf({ method: 'GET', target: '/?max-keys=2&prefix=J', headers: listing }, Object.keys(listing).join(';'), credentials)).toBe(
    '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
  )
})

test('objects are below the prefix, and a session token goes with the request', async () => {
  await put('windfall', open({ keys: { ...server.keys, sessionToken: 'token' } }))
  expect([...server.objects.keys()]).toEqual([`site-a/blobs/${hexOf('windfall')}`])
  expect(server.seen).toEqual([expect.objectContaining({ method: 'PUT', token: 'token' })])
})

test.each(['error', 'slow-down', 'cut'] as const)('%s is tried again', async (fault) => {
  server.failNext(fault, fault, fault)
  expect(await settled(put('windfall'))).toBe(digestOf('windfall'))
  server.failNext(fault)
  expect(Buffer.from(await settled(blobs.read(digestOf('windfall')))).toString()).toBe('windfall')
  expect(server.seen.map(({ method }) => method)).toEqual(['PUT', 'PUT', 'PUT', 'PUT', 'GET', 'GET'])
})

test('between tries there is a pause that grows', async () => {
  server.failNext('error', 'error', 'error', 'error')
  const pauses: number[] = []
  const sleep = (ms: number, signal: AbortSignal) => {
    if (ms >= ANSWER_MS) return clock.sleep(ms, signal)
    pauses.push(ms)
    return clock.sleep(0, signal)
  }
  await expect(settled(open({ random: () => 0.5, clock: { ...clock, sleep } }).has(digestOf('windfall')))).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining('windfall-test cannot be reached just now (HTTP 500)'),
  })
  expect(pauses).toEqual([250, 500, 1_000])
})

test('a store that is away is said so with its host, and used again when it is back', async () => {
  await put('windfall')
  server.failNext('cut', 'cut', 'cut', 'cut')
  await expect(settled(blobs.read(digestOf('windfall')))).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringMatching(/^The blob store 127\.0\.0\.1:\d+ could not be reached/),
  })
  expect(Buffer.from(await blobs.read(digestOf('windfall'))).toString()).toBe('windfall')
})

test('an answer that does not come is given up, and asked for again', async () => {
  await put('windfall')
  server.failNext('hang')
  const hanging = server.hanging()
  const reading = blobs.read(digestOf('windfall'))
  await hanging
  await clock.advance(ANSWER_MS)
  expect(Buffer.from(await settled(reading)).toString()).toBe('windfall')
})

test.each(['cut-midway', 'stall-midway'] as const)('a download that is %s ends with an error, never short', async (fault) => {
  await put('windfall')
  server.failNext(fault)
  const { content } = await blobs.stream(digestOf('windfall'))
  await expect(settled(content.toArray(), fault === 'stall-midway' ? ANSWER_MS : 0)).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining(fault === 'stall-midway' ? 'did not answer within 15 s' : 'could not be reached'),
  })
})

test('an ETag that is not of the content is no harm if the content is right, and the object goes if it is wrong', async () => {
  server.failNext('wrong-etag')
  expect(await put('windfall')).toBe(digestOf('windfall'))
  server.failNext('damaged')
  await expect(put('other')).rejects.toMatchObject({ code: 'storage.failed' })
  expect([...server.objects.keys()]).toEqual([`site-a/blobs/${hexOf('windfall')}`])
})

test.each([
  ['forbidden', /AccessDenied\)\. The access key may not do this\. It needs s3:ListBucket/],
  ['redirect', /PermanentRedirect\)\. The bucket is in another region\. Set WINDFALL_S3_REGION/],
  ['full', /QuotaExceeded\)\. The bucket is full/],
] as const)('%s is said with what to do, at once', async (fault, message) => {
  server.failNext(fault)
  await expect(put('windfall')).rejects.toMatchObject({ code: 'storage.failed', message: expect.stringMatching(message) })
  expect([server.seen.length, readdirSync(directory), server.objects.size]).toEqual([1, [], 0])
})

test.each([
  ['an unknown access key', () => open({ keys: { ...server.keys, accessKeyId: 'AKIAOTHER' } }), /does not know the access key/],
  ['a wrong secret', () => open({ keys: { ...server.keys, secretAccessKey: 'hunter2' } }), /secret access key does not belong/],
  ['another region', () => open({}, { region: 'us-east-1' }), /in another region\. Set WINDFALL_S3_REGION \(eu-test-1\)/],
  ['a bucket that is not there', () => open({}, { bucket: 'nobody' }), /no such bucket\. Create it, or set WINDFALL_S3_BUCKET/],
  ['a clock that is wrong', () => open({ clock: { ...clock, now: () => createFakeClock(0).now() } }), /clock of this machine is wrong/],
])('%s is told apart, and no secret is in the words', async (_, make, message) => {
  const wrong = make()
  const failure = await settled(put('windfall', wrong).then(String, (error: Error) => error))
  expect(failure).toMatchObject({ code: 'storage.failed', message: expect.stringMatching(message) })
  expect(JSON.stringify([failure, (failure as Error).message])).not.toMatch(/hunter2|wJalr|AKIA/)
  await expect(wrong.sweep(async () => new Set())).rejects.toMatchObject({ code: 'storage.failed' })
})

test('a refusal without words is told by the clock of the store', async () => {
  const late = open({ clock: { ...clock, now: () => createFakeClock(0).now() } })
  await expect(late.has(digestOf('windfall'))).rejects.toThrow(/RequestTimeTooSkewed\)\. The clock of this machine is wrong/)
})

test('what was seen is not asked for again for five minutes, and what was not is', async () => {
  const digest = digestOf('windfall')
  expect(await blobs.has(digest)).toBe(false)
  await put('windfall')
  expect([await blobs.has(digest), await blobs.has(digest)]).toEqual([true, true])
  expect(server.seen.map(({ method }) => method)).toEqual(['HEAD', 'PUT'])
  await clock.advance(300_001)
  server.objects.clear()
  expect(await blobs.has(digest)).toBe(false)
})

test('a sweep touches nothing that is not a blob of its folder, and one that breaks off leaves the rest for the next', async () => {
  server.objects.set('site-a/blobs/README', Buffer.from('mine'))
  server.objects.set(`site-a/outputs/${hexOf('other')}`, Buffer.from('other'))
  server.objects.set(`elsewhere/${hexOf('other')}`, Buffer.from('other'))
  for (let i = 0; i < 7; i++) await put(`blob ${i}`)
  await blobs.sweep(async () => new Set())
  server.failNext('forbidden')
  await expect(blobs.sweep(async () => new Set())).rejects.toMatchObject({ code: 'storage.failed' })
  await blobs.sweep(async () => new Set())
  expect([...server.objects.keys()].toSorted()).toEqual([`elsewhere/${hexOf('other')}`, 'site-a/blobs/README', `site-a/outputs/${hexOf('other')}`])
})

test('what nobody wanted but is written again during a sweep stays', async () => {
  await put('windfall')
  await blobs.sweep(async () => {
    await put('windfall')
    return new Set()
  })
  expect([server.objects.size, await blobs.has(digestOf('windfall'))]).toEqual([1, true])
  await blobs.sweep(async () => new Set())
  expect([server.objects.size, await blobs.has(digestOf('windfall'))]).toEqual([0, false])
})

test('what an earlier process did not finish sending is gone from the disk', () => {
  writeFileSync(join(directory, 'upload-9.new'), 'half')
  open()
  expect(readdirSync(directory)).toEqual([])
})
