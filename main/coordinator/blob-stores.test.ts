import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createFakeClock } from '../kernel/clock.fake.ts'
import { openBlobStores } from './blob-stores.ts'
import { readCoordinatorConfig } from './config.ts'
import { startS3 } from './persistence/s3.fake.ts'
import { createTidying } from './tidying.ts'

const clock = createFakeClock()
let dataDirectory: string
beforeEach(() => {
  dataDirectory = mkdtempSync(join(tmpdir(), 'windfall-stores-'))
})
afterEach(() => rmSync(dataDirectory, { recursive: true }))

const open = (environment: Record<string, string> = {}) =>
  openBlobStores(readCoordinatorConfig(environment, { dataDirectory, rpcUrls: 'http://127.0.0.1:8899' }), { clock, nextName: () => 'upload' })
async function* content() {
  yield Buffer.from('windfall')
}
const LIMITS = { maxBytes: 100, expected: null }

test('without a bucket everything is on this machine’s disk, in folders of their own', async () => {
  const { blobs, outputs, checkpoints } = open()
  for (const store of [blobs, outputs, checkpoints]) await store.write(content(), LIMITS)
  expect(['blobs', 'outputs', 'checkpoints'].map((folder) => readdirSync(join(dataDirectory, folder)).length)).toEqual([1, 1, 1])
})

test('with a bucket everything is there, and nothing stays on this machine’s disk', async () => {
  await using server = await startS3(clock)
  const { blobs, outputs, checkpoints } = open({
    WINDFALL_S3_BUCKET: server.place.bucket,
    WINDFALL_S3_ENDPOINT: server.place.endpoint,
    WINDFALL_S3_REGION: server.place.region,
    WINDFALL_S3_PREFIX: 'site-b',
    AWS_ACCESS_KEY_ID: server.keys.accessKeyId,
    AWS_SECRET_ACCESS_KEY: server.keys.secretAccessKey,
  })
  const [digest] = await Promise.all([blobs, outputs, checkpoints].map((store) => store.write(content(), LIMITS)))
  const hex = digest?.slice(7)
  expect([...server.objects.keys()].toSorted()).toEqual(['blobs', 'checkpoints', 'outputs'].map((folder) => `site-b/${folder}/${hex}`))
  expect(readdirSync(dataDirectory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())).toEqual([])
})

test('a bucket without keys stops the start and names what to set; keys without a bucket change nothing', () => {
  expect(() => open({ WINDFALL_S3_BUCKET: 'blobs', AWS_ACCESS_KEY_ID: 'AKIA' })).toThrow(/AWS_SECRET_ACCESS_KEY, or WINDFALL_S3_CREDENTIALS_FILE/)
  expect(() => open({ WINDFALL_S3_BUCKET: 'blobs', WINDFALL_S3_CREDENTIALS_FILE: '/nowhere' })).toThrow(/no file \/nowhere/)
  open({ AWS_ACCESS_KEY_ID: 'AKIA' })
  expect(existsSync(join(dataDirectory, 'uploads'))).toBe(false)
})

test('what is tidied is tidied at once and every five minutes, and a store that fails is told of and tried again', async () => {
  const told: string[] = []
  let rounds = 0
  const stop = new AbortController()
  const tidy = async () => {
    if (++rounds === 1) throw new Error('the store is away')
  }
  const running = createTidying({ clock, tidy, onFailure: (message) => told.push(message) })(stop.signal)
  await clock.advance(0)
  expect([rounds, told]).toEqual([1, ['the store is away']])
  await clock.advance(600_000)
  expect([rounds, told.length]).toEqual([3, 1])
  stop.abort()
  await running
})
