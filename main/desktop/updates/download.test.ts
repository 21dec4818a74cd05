import { createHash, randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createFakeClock } from '../../kernel/clock.fake.ts'
import { type DownloadPorts, download, openPart } from './download.ts'
import { type ReleaseServer, startReleaseServer } from './release-server.fixture.ts'

const SIZE = 300_000
const content = randomBytes(SIZE)
const artefact = { size: SIZE, sha512: createHash('sha512').update(content).digest('base64') }

let server: ReleaseServer
let directory: string
let file: string
beforeEach(async () => {
  server = await startReleaseServer()
  directory = mkdtempSync(join(tmpdir(), 'windfall-download-'))
  file = join(directory, 'a.update')
})
afterEach(async () => {
  await server.close()
  rmSync(directory, { recursive: true, force: true })
})

const fetched = (change: Partial<DownloadPorts> = {}) =>
  download(
    { url: new URL('a', server.address), artefact, file },
    {
      fetch: globalThis.fetch,
      clock: createFakeClock(),
      signal: new AbortController().signal,
      freeBytes: async () => 1e12,
      onPercent: () => undefined,
      ...change,
    },
  )
/** Has the beginning of the file here: the server breaks off once some of it has been written. */
async function halfFetched(): Promise<void> {
  let broken: ServerResponse | undefined
  server.serve('/a', (_, response) => {
    broken = response
    response.writeHead(200, { 'content-length': SIZE }).write(content.subarray(0, 100_000))
  })
  expect(await fetched({ onPercent: () => broken?.destroy() })).toMatchObject({ why: 'cut-off' })
}

test('a file is there once all of it is, and is hashed; its way is told in percents', async () => {
  server.serve('/a', content)
  const percents: number[] = []
  expect(await fetched({ onPercent: (percent) => percents.push(percent) })).toBeNull()
  expect(readFileSync(file).equals(content)).toBe(true)
  expect(percents.at(-1)).toBe(100)
  expect(percents).toEqual([...new Set(percents)].toSorted((a, b) => a - b))
})

test('half a download is kept and gone on with; nothing that is there is asked for again', async () => {
  await halfFetched()
  expect(readdirSync(directory)).toEqual(['a.update.part'])
  server.serve('/a', content)
  expect(await fetched()).toBeNull()
  expect(server.asked.at(-1)).toMatch(/^\/a bytes=[1-9]\d*-$/)
  expect(readFileSync(file).equals(content)).toBe(true)
  // What is all here is only hashed.
  expect(await fetched()).toBeNull()
  expect(server.asked).toHaveLength(2)
})

test('a server that knows no ranges sends everything, and that is taken', async () => {
  await halfFetched()
  server.serve('/a', (_, response) => response.writeHead(200, { 'content-length': SIZE }).end(content))
  expect(await fetched()).toBeNull()
})

test('half a file that is not of this one is found by its hash, and removed', async () => {
  writeFileSync(`${file}.part`, Buffer.alloc(1_000, 1))
  server.serve('/a', content)
  expect(await fetched()).toEqual({ why: 'hash' })
  expect(readdirSync(directory)).toEqual([])
  expect(await fetched()).toBeNull()
})

test('a whole file of before that was changed since is fetched anew', async () => {
  server.serve('/a', content)
  await fetched()
  writeFileSync(file, Buffer.from(content).fill(0, 0, 1))
  expect(await fetched()).toEqual({ why: 'hash' })
  expect(existsSync(file)).toBe(false)
  expect(await fetched()).toBeNull()
})

test.each<[what: string, headers: Record<string, string | number>, body: Uint8Array, status: number]>([
  ['changed bytes', {}, Buffer.from(content).fill(0, 0, 1), 200],
  ['more than was signed', {}, Buffer.concat([content, content]), 200],
  ['a length that is not the one that was signed', { 'content-length': 5 }, content.subarray(0, 5), 200],
  ['another encoding', { 'content-encoding': 'gzip' }, content, 200],
  ['another part than was asked for', { 'content-range': `bytes 5-${SIZE - 1}/${SIZE}` }, content.subarray(5), 206],
])('a server that sends %s installs nothing and leaves nothing', async (_, headers, body, status) => {
  server.serve('/a', (_request, response) => response.writeHead(status, headers).end(body))
  expect(await fetched()).toMatchObject({ why: expect.stringMatching(/^(hash|size)$/) as string })
  expect(readdirSync(directory)).toEqual([])
})

test('a body without an end is cut off as soon as it is longer than what was signed', async () => {
  let sent = 0
  server.serve('/a', (_, response) => {
    response.writeHead(200)
    const more = () => {
      sent += 65_536
      if (!response.destroyed && response.write(Buffer.alloc(65_536))) setImmediate(more)
    }
    response.on('drain', more)
    more()
  })
  expect(await fetched()).toEqual({ why: 'size' })
  expect(sent).toBeLessThan(SIZE + 64 * 1_048_576)
})

test('a server that dribbles is given up after a minute, and what it sent is kept', async () => {
  const clock = createFakeClock()
  server.serve('/a', (_, response) => {
    response.writeHead(200, { 'content-length': SIZE })
    response.write(content.subarray(0, 3_000))
  })
  const began = Promise.withResolvers<void>()
  const result = fetched({ clock, onPercent: () => began.resolve() })
  await began.promise
  await clock.advance(60_000)
  expect(await result).toMatchObject({ why: 'slow' })
  expect(readFileSync(`${file}.part`).equals(content.subarray(0, 3_000))).toBe(true)
})

test('a disk without room is found out before and while writing, and gets its room back', async () => {
  server.serve('/a', content)
  expect(await fetched({ freeBytes: async () => SIZE - 1 })).toEqual({ why: 'disk-full', bytes: SIZE })
  expect(server.asked).toEqual([])
  expect(readdirSync(directory)).toEqual([])
})

/** A disk with room for one piece. */
const fullDisk = async (part: string) => {
  const handle = await openPart(part)
  let room = 1
  return new Proxy(handle, {
    get: (target, name) => {
      if (name === 'write' && room-- === 0) throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
      const value: unknown = Reflect.get(target, name)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

test('a disk that runs full in the middle gets its room back', async () => {
  server.serve('/a', content)
  expect(await fetched({ open: fullDisk })).toEqual({ why: 'disk-full', bytes: SIZE })
  expect(readdirSync(directory)).toEqual([])
})

test('a redirect is followed within the origin and nowhere else', async () => {
  server.serve('/b', content)
  server.serve('/a', (_, response) => response.writeHead(302, { location: '/b' }).end())
  expect(await fetched()).toBeNull()
  rmSync(file)
  const elsewhere = await startReleaseServer()
  elsewhere.serve('/b', content)
  for (const location of [
    `${elsewhere.address}b`,
    'https://example.org/b',
    'file:///etc/passwd',
    '//example.org/b',
    `${server.address.replace('//', '//user:word@')}b`,
    '/a',
  ]) {
    server.serve('/a', (_, response) => response.writeHead(302, { location }).end())
    expect(await fetched()).toMatchObject({ why: 'redirect' })
  }
  expect(elsewhere.asked).toEqual([])
  await elsewhere.close()
})

test('a status that is no file, and a server that is not there, leave what has arrived', async () => {
  await halfFetched()
  const before = readFileSync(`${file}.part`)
  server.serve('/a', (_, response) => response.writeHead(503).end('no'))
  expect(await fetched()).toMatchObject({ why: 'status', status: 503 })
  await server.close()
  expect(await fetched()).toMatchObject({ why: 'unreachable' })
  expect(readFileSync(`${file}.part`).equals(before)).toBe(true)
})

test('a link in the place of the file leads nowhere', async () => {
  const victim = join(directory, 'victim')
  writeFileSync(victim, 'mine')
  symlinkSync(victim, `${file}.part`)
  server.serve('/a', content)
  expect(await fetched()).toMatchObject({ why: 'disk' })
  expect(readFileSync(victim, 'utf8')).toBe('mine')
  expect(await fetched()).toBeNull()
})
