import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createFakeClock } from '../../kernel/clock.fake.ts'
import type { Blobs } from './blobs.ts'
import { openDiskBlobs } from './disk-blobs.ts'
import { openS3Blobs } from './s3-blobs.ts'
import { fetchAt, startS3 } from './s3.fake.ts'
import { createS3 } from './s3.ts'

interface Store {
  readonly blobs: Blobs
  /** Hashes (hex) of all that is stored or on its way. */
  readonly names: () => string[]
  readonly damage: (hex: string) => void
  /** Epoch ms. */
  readonly writtenAt: (hex: string) => number
  readonly close: () => Promise<void>
}

const hexOf = (text: string) => createHash('sha256').update(text).digest('hex')
const digestOf = (text: string) => `sha256:${hexOf(text)}`
async function* chunks(...texts: string[]) {
  for (const text of texts) yield Buffer.from(text)
}
async function* broken() {
  yield Buffer.from('a')
  throw new Error('connection lost')
}
const counter =
  (count = 0) =>
  () =>
    `upload-${++count}`

function openDisk(directory: string): Store {
  const names = () => readdirSync(directory)
  const damage = (hex: string) => writeFileSync(join(directory, hex), 'something else')
  const writtenAt = (hex: string) => statSync(join(directory, hex)).mtimeMs
  return { blobs: openDiskBlobs(directory, counter()), names, damage, writtenAt, close: async () => undefined }
}

const openBucket =
  (pathStyle: boolean) =>
  async (directory: string): Promise<Store> => {
    const clock = createFakeClock()
    const server = await startS3(clock)
    const endpoint = pathStyle ? server.place.endpoint : `http://localhost:${server.port}`
    // A name below localhost is not known everywhere: the request goes to the address, signed for the name.
    const s3 = createS3({ ...server, place: { ...server.place, endpoint, pathStyle }, clock, random: () => 0, fetch: pathStyle ? fetch : fetchAt(server.port) })
    const start = `${server.place.prefix}blobs/`
    return {
      blobs: openS3Blobs({ s3, folder: 'blobs', directory, nextName: counter(), clock }),
      names: () => [...readdirSync(directory), ...[...server.objects.keys()].map((key) => key.slice(start.length))],
      damage: (hex) => server.objects.set(`${start}${hex}`, Buffer.from('something else')),
      writtenAt: () => Date.parse('2026-03-01T12:00:00.000Z'),
      close: () => server[Symbol.asyncDispose](),
    }
  }

describe.each([
  ['the local disk', openDisk],
  ['a bucket named in the path', openBucket(true)],
  ['a bucket named in the host', openBucket(false)],
] as const)('blobs in %s', (_, open) => {
  let directory: string
  let store: Store
  let blobs: Blobs
  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'windfall-blobs-'))
    store = await open(directory)
    blobs = store.blobs
  })
  afterEach(async () => {
    await store.close()
    rmSync(directory, { recursive: true })
  })
  const put = (text: string) => blobs.write(chunks(text), { maxBytes: 1_000, expected: null })

  test('what was written is read back under its digest, as bytes and as a stream', async () => {
    const digest = await blobs.write(chunks('wind', 'fall'), { maxBytes: 100, expected: digestOf('windfall') })
    expect(digest).toBe(digestOf('windfall'))
    expect(await blobs.has(digest)).toBe(true)
    expect(await Promise.all([digest, digestOf('else'), 'nonsense'].map(blobs.bytesOf))).toEqual([8, null, null])
    expect(Buffer.from(await blobs.read(digest)).toString()).toBe('windfall')
    const { content, bytes } = await blobs.stream(digest)
    expect([Buffer.concat(await content.toArray()).toString(), bytes]).toEqual(['windfall', 8])
    expect(await put('windfall')).toBe(digest)
    expect(store.names()).toEqual([hexOf('windfall')])
  })

  test('nothing at all has a digest too', async () => {
    const digest = await blobs.write(chunks(), { maxBytes: 100, expected: null })
    expect([digest, (await blobs.read(digest)).length, await (await blobs.stream(digest)).content.toArray()]).toEqual([digestOf(''), 0, []])
  })

  test('other content than announced, too much content and a broken upload leave nothing behind', async () => {
    await expect(blobs.write(chunks('a'), { maxBytes: 100, expected: digestOf('b') })).rejects.toMatchObject({ code: 'input.invalid' })
    await expect(blobs.write(chunks('aaa', 'aaa'), { maxBytes: 5, expected: null })).rejects.toMatchObject({ code: 'input.too-large' })
    await expect(blobs.write(broken(), { maxBytes: 5, expected: null })).rejects.toThrow('connection lost')
    expect(store.names()).toEqual([])
  })

  test.each(['sha256:../../etc/passwd', 'sha256:', `sha256:${'a'.repeat(64)}`, 'md5:00'])('%s is not found', async (digest) => {
    expect(await blobs.has(digest)).toBe(false)
    await expect(blobs.read(digest)).rejects.toMatchObject({ code: 'not-found' })
    await expect(blobs.stream(digest)).rejects.toMatchObject({ code: 'not-found' })
  })

  test('what was altered in the store never arrives whole', async () => {
    const digest = await put('windfall')
    store.damage(hexOf('windfall'))
    await expect(blobs.read(digest)).rejects.toMatchObject({ code: 'storage.failed' })
    const { content } = await blobs.stream(digest)
    const got: Buffer[] = []
    await expect(content.forEach((chunk: Buffer) => void got.push(chunk))).rejects.toMatchObject({ code: 'storage.failed' })
    expect(Buffer.concat(got).length).toBeLessThan('something else'.length)
  })

  test('what is old is removed by its digest, and what was written since is not', async () => {
    const [digest, other] = [await put('a'), await put('b')]
    const writtenAt = store.writtenAt(hexOf('a'))
    await blobs.remove(digest, writtenAt)
    expect(await blobs.has(digest)).toBe(true)
    await blobs.remove(digest, writtenAt + 1)
    await blobs.remove(digest, writtenAt + 1)
    await blobs.remove('nonsense', writtenAt + 1)
    expect([await blobs.has(digest), await blobs.has(other)]).toEqual([false, true])
    expect(await put('a')).toBe(digest)
    expect(await blobs.has(digest)).toBe(true)
  })

  test('a sweep removes all that nobody wants, however much there is, and nothing else', async () => {
    for (let i = 0; i < 10; i++) await put(`blob ${i}`)
    await blobs.sweep(async () => new Set([hexOf('blob 3'), hexOf('blob 8')]))
    expect(store.names().toSorted()).toEqual([hexOf('blob 3'), hexOf('blob 8')].toSorted())
    expect(await Promise.all(['blob 3', 'blob 4'].map((text) => blobs.has(digestOf(text))))).toEqual([true, false])
    await expect(blobs.read(digestOf('blob 4'))).rejects.toMatchObject({ code: 'not-found' })
  })

  test('what arrives during a sweep stays', async () => {
    await put('old')
    await blobs.sweep(async () => {
      await put('new')
      return new Set([hexOf('old')])
    })
    expect(store.names().toSorted()).toEqual([hexOf('new'), hexOf('old')].toSorted())
  })
})
