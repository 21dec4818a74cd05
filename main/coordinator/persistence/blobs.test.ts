import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Blobs, openBlobs } from './blobs.ts'

let directory: string
let blobs: Blobs

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'windfall-blobs-'))
  let names = 0
  blobs = openBlobs(directory, () => `upload-${++names}`)
})
afterEach(() => rmSync(directory, { recursive: true }))

const digestOf = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`
async function* chunks(...texts: string[]) {
  for (const text of texts) yield Buffer.from(text)
}

test('what was written is read back under its digest, as bytes and as a stream', async () => {
  const digest = await blobs.write(chunks('wind', 'fall'), { maxBytes: 100, expected: digestOf('windfall') })
  expect(digest).toBe(digestOf('windfall'))
  expect(Buffer.from(await blobs.read(digest)).toString()).toBe('windfall')
  const { content, bytes } = await blobs.stream(digest)
  expect([Buffer.concat(await content.toArray()).toString(), bytes]).toEqual(['windfall', 8])
  expect(await blobs.write(chunks('windfall'), { maxBytes: 100, expected: null })).toBe(digest)
})

async function* broken() {
  yield Buffer.from('a')
  throw new Error('connection lost')
}

test('other content than announced, too much content and a broken upload leave nothing behind', async () => {
  await expect(blobs.write(chunks('a'), { maxBytes: 100, expected: digestOf('b') })).rejects.toMatchObject({ code: 'input.invalid' })
  await expect(blobs.write(chunks('aaa', 'aaa'), { maxBytes: 5, expected: null })).rejects.toMatchObject({ code: 'input.too-large' })
  await expect(blobs.write(broken(), { maxBytes: 5, expected: null })).rejects.toThrow('connection lost')
  expect(readdirSync(directory)).toEqual([])
})

test.each(['sha256:../../etc/passwd', 'sha256:', `sha256:${'a'.repeat(64)}`, 'md5:00'])('%s is not found', async (digest) => {
  expect(blobs.has(digest)).toBe(false)
  await expect(blobs.read(digest)).rejects.toMatchObject({ code: 'not-found' })
  await expect(blobs.stream(digest)).rejects.toMatchObject({ code: 'not-found' })
})
