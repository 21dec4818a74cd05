import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createFakeClock } from './clock.fake.ts'
import { type HttpManners, createHttpClient } from './http-client.ts'
import type { FetchLike } from './http-exchange.ts'
import { sha256Hex } from './signing.ts'

const URL_A = 'https://grid.example/intensity?token=hunter2'

/** A client over scripted replies; the last one repeats. A reply of `null` never comes. */
function scripted(replies: readonly ((url: string, init: RequestInit) => Response | null)[], manners: Partial<HttpManners> = {}) {
  const clock = createFakeClock()
  const asked: { url: string; at: number; headers: Headers }[] = []
  const fetch: FetchLike = (url, init) =>
    new Promise((resolve, reject) => {
      const reply = replies[Math.min(asked.length, replies.length - 1)]?.(url, init)
      asked.push({ url, at: clock.monotonic(), headers: new Headers(init.headers) })
      init.signal?.addEventListener('abort', () => reject(new Error('aborted')))
      if (reply) resolve(reply)
      else if (reply === undefined) reject(new TypeError('fetch failed', { cause: Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }) }))
    })
  return { client: createHttpClient({ clock, fetch, random: () => 0.5, manners }), asked, clock }
}

const ok =
  (text: string, headers: Record<string, string> = {}) =>
  () =>
    new Response(text, { headers })
const status =
  (code: number, headers: Record<string, string> = {}) =>
  () =>
    new Response(code === 304 ? null : 'no', { status: code, headers })
const get = (setup: ReturnType<typeof scripted>, url = URL_A, signal = new AbortController().signal) => setup.client.get({ url, signal })
const failure = (promise: Promise<unknown>): Promise<Error> =>
  promise.then(
    () => expect.fail('should have failed'),
    (error: Error) => error,
  )

test('an answer comes with the hash of its body', async () => {
  const answer = await get(scripted([ok('hello')]))
  expect(answer.status).toBe(200)
  expect(Buffer.from(answer.body).toString()).toBe('hello')
  expect(answer.sha256).toBe(sha256Hex('hello'))
})

test('a host that never answers costs the time limit once, and is then left alone', async () => {
  const setup = scripted([() => null], { tries: 2 })
  const first = failure(get(setup))
  await setup.clock.advance(5_000)
  expect((await first).message).toMatch(/grid\.example did not answer within/)
  expect(setup.clock.monotonic()).toBeLessThanOrEqual(5_000)
  const before = setup.clock.monotonic()
  expect((await failure(get(setup))).message).toMatch(/left alone for another 10 min/)
  expect(setup.clock.monotonic()).toBe(before)
  expect(setup.asked).toHaveLength(2)
})

test('after its rest a host is asked again', async () => {
  const setup = scripted([status(500), status(500), status(500), ok('back')])
  const first = get(setup)
  await setup.clock.advance(3_000)
  expect((await first).status).toBe(500)
  await setup.clock.advance(600_000)
  expect((await get(setup)).status).toBe(200)
})

test('429 and 5xx and broken connections are tried again with growing pauses', async () => {
  const setup = scripted([status(429), status(503), ok('done')])
  const answer = get(setup)
  await setup.clock.advance(5_000)
  expect((await answer).status).toBe(200)
  expect(setup.asked.map(({ at }) => at)).toEqual([0, 250, 750])
})

test('a refused connection names its cause and the host, but nothing else of the address', async () => {
  const setup = scripted([])
  const answer = failure(get(setup))
  await setup.clock.advance(5_000)
  const { message } = await answer
  expect(message).toBe('grid.example could not be reached (ECONNREFUSED).')
})

test('Retry-After is honoured, even when it is longer than we would wait', async () => {
  const setup = scripted([status(429, { 'retry-after': '1800' }), ok('later')])
  expect((await get(setup)).status).toBe(429)
  await setup.clock.advance(1_700_000)
  await expect(get(setup)).rejects.toMatchObject({ code: 'unavailable' })
  await setup.clock.advance(100_000)
  expect((await get(setup)).status).toBe(200)
})

test('other errors are answers, and do not put the host to rest', async () => {
  const setup = scripted([status(404), ok('here')])
  expect((await get(setup)).status).toBe(404)
  await setup.clock.advance(100)
  expect((await get(setup)).status).toBe(200)
})

test('a body over the limit is refused without being read to its end', async () => {
  let sent = 0
  const endless = () =>
    new Response(new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array((sent += 1) && 1_000)) }, { highWaterMark: 0 }))
  const setup = scripted([endless], { maxBytes: 5_000 })
  expect((await failure(get(setup))).message).toMatch(/more than 5000 bytes/)
  expect(sent).toBeLessThan(10)
  expect(setup.asked).toHaveLength(1)
})

test('a redirect is followed on the same host only', async () => {
  const same = scripted([status(302, { location: '/elsewhere' }), ok('moved')])
  expect((await get(same)).status).toBe(200)
  expect(same.asked[1]?.url).toBe('https://grid.example/elsewhere')
  for (const location of ['https://evil.example/', '//evil.example/x', 'http://grid.example/', 'https://grid.example:8443/', 'file:///etc/passwd']) {
    const other = scripted([status(302, { location })])
    expect((await failure(get(other))).message).toMatch(/not followed/)
    expect(other.asked).toHaveLength(1)
  }
  expect((await failure(get(scripted([status(301, { location: '/again' })])))).message).toMatch(/circles/)
})

test('an unchanged body is asked for conditionally and keeps its age', async () => {
  const setup = scripted([ok('v1', { etag: '"1"', 'last-modified': 'Mon, 18 Mar 2024 00:00:00 GMT' }), status(304), ok('v2', { etag: '"2"' })])
  const first = await get(setup)
  await setup.clock.advance(60_000)
  expect(await get(setup)).toEqual(first)
  expect(setup.asked[1]?.headers.get('if-none-match')).toBe('"1"')
  expect(setup.asked[1]?.headers.get('if-modified-since')).toBe('Mon, 18 Mar 2024 00:00:00 GMT')
  await setup.clock.advance(60_000)
  const third = await get(setup)
  expect(third.sha256).toBe(sha256Hex('v2'))
  expect(third.receivedAt).toBe(first.receivedAt + 120_000)
})

test('requests to one host keep their distance, other hosts are not held up', async () => {
  const setup = scripted([ok('x')], { spacingMs: 1_000 })
  const all = Promise.all(['https://a.example/1', 'https://a.example/2', 'https://a.example/3', 'https://b.example/1'].map((url) => get(setup, url)))
  await setup.clock.advance(2_000)
  await all
  expect(setup.asked.map(({ url, at }) => [url.at(8), at])).toEqual([
    ['a', 0],
    ['b', 0],
    ['a', 1_000],
    ['a', 2_000],
  ])
})

test('aborting ends the call at once and blames nobody', async () => {
  const setup = scripted([() => null, ok('fine')])
  const abort = new AbortController()
  const answer = failure(get(setup, URL_A, abort.signal))
  await setup.clock.advance(200)
  abort.abort(new Error('stopping'))
  expect((await answer).message).toBe('stopping')
  expect((await get(setup)).status).toBe(200)
})

test('addresses with a password or another scheme are refused', async () => {
  for (const url of ['https://user:pass@grid.example/', 'ftp://grid.example/', 'not an address'])
    await expect(get(scripted([ok('x')]), url)).rejects.toMatchObject({ code: 'input.invalid' })
})

test('whatever a host does, a call ends within its budget and leaves no timer', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom(200, 304, 404, 429, 500, 'hang', 'refuse'), { minLength: 1, maxLength: 6 }), async (script) => {
      const setup = scripted(script.map((step) => (typeof step === 'number' ? status(step) : () => (step === 'hang' ? null : (undefined as unknown as null)))))
      let took = Number.POSITIVE_INFINITY
      const call = get(setup)
        .catch(() => null)
        .then(() => (took = setup.clock.monotonic()))
      await setup.clock.advance(10_000)
      await call
      expect(took).toBeLessThanOrEqual(5_000)
      expect(setup.clock.sleepers()).toBe(0)
    }),
  )
})

test('over a real socket a body is hashed as it reads, and a cut connection is an error', async () => {
  const server = createServer((request, response) => {
    if (request.url === '/ok') return void response.end('plain')
    response.writeHead(200, { 'content-length': '100' }).write('cut')
    setImmediate(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const client = createHttpClient({ clock: createFakeClock(), manners: { tries: 1, spacingMs: 0 } })
  const { signal } = new AbortController()
  expect((await client.get({ url: `${base}/ok`, signal })).sha256).toBe(sha256Hex('plain'))
  await expect(client.get({ url: `${base}/cut`, signal })).rejects.toMatchObject({ code: 'unavailable' })
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

test('a quota is kept over any stretch of its length, however many ask at once', async () => {
  const quota = { requests: 2, perMs: 60_000 }
  const setup = scripted([ok('x')], { quotas: [quota], spacingMs: 0, budgetMs: 600_000 })
  const answers = Promise.all(Array.from({ length: 7 }, (_, index) => get(setup, `https://grid.example/${index}`)))
  await setup.clock.advance(180_000)
  await answers
  const starts = setup.asked.map(({ at }) => at)
  expect(starts).toHaveLength(7)
  for (const [index, at] of starts.entries()) expect(at - (starts[index - quota.requests] ?? -Infinity)).toBeGreaterThanOrEqual(quota.perMs)
})

test('a call that would have to wait longer than its budget for the quota says so at once, and the host is not held against it', async () => {
  const setup = scripted([ok('x')], { quotas: [{ requests: 1, perMs: 60_000 }] })
  await get(setup)
  expect((await failure(get(setup))).message).toBe('grid.example may not be asked again for another 60 s.')
  await setup.clock.advance(60_000)
  expect((await get(setup)).status).toBe(200)
})
