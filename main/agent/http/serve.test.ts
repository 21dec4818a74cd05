import { mkdtempSync, writeFileSync } from 'node:fs'
import { connect as connectTcp } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { z } from 'zod'
import { call, serve } from '../../../shared/contract/define.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { createToken } from './gate.ts'
import { serveAgentHttp } from './serve.ts'

const token = createToken()
const quiet = { info() {}, warn() {}, error() {} }
const contract = {
  double: call(z.strictObject({ n: z.number() }), z.number()),
  fail: call(z.strictObject({}), z.null()),
  crash: call(z.strictObject({}), z.null()),
  later: call(z.strictObject({}), z.string()),
}

let stop: AbortController
let url: string
let closed: Promise<void>
let push: (event: string, payload: unknown) => void
let release: () => void

beforeEach(async () => {
  const directory = mkdtempSync(join(tmpdir(), 'windfall-http-'))
  writeFileSync(join(directory, 'index.html'), '<!doctype html><title>Windfall</title>')
  const gate = Promise.withResolvers<string>()
  release = () => gate.resolve('done')
  const server = serve(contract, {
    double: ({ n }) => n * 2,
    fail: () => {
      throw new WindfallError('conflict', 'Already done.')
    },
    crash: () => {
      throw new Error('password is hunter2')
    },
    later: () => gate.promise,
  })
  const listeners = new Set<typeof push>()
  push = (event, payload) => listeners.forEach((listener) => listener(event, payload))
  const events = { subscribe: (listener: typeof push) => (listeners.add(listener), () => listeners.delete(listener)) }
  stop = new AbortController()
  ;({ url, closed } = await serveAgentHttp({ port: 0, token, server, events, staticDirectory: directory, log: quiet }, stop.signal))
})
afterEach(async () => {
  stop.abort()
  await closed
})

const protocols = (secret: string) => ['windfall.v1', `token.${secret}`]

/** Resolves with an open socket, or with the HTTP status that refused it. */
const dial = (options: { origin?: string; secret?: string; host?: string; path?: string; protocols?: string[] } = {}) =>
  new Promise<WebSocket | number>((resolve, reject) => {
    const socket = new WebSocket(`${url.replace('http', 'ws')}${options.path ?? '/rpc'}`, options.protocols ?? protocols(options.secret ?? token), {
      ...(options.origin === '' ? {} : { origin: options.origin ?? url }),
      ...(options.host ? { headers: { host: options.host } } : {}),
    })
    socket.once('open', () => resolve(socket))
    socket.once('unexpected-response', (_request, response) => (response.resume(), resolve(response.statusCode ?? 0)))
    socket.once('error', reject)
  })

async function opened(): Promise<WebSocket> {
  const socket = await dial()
  if (typeof socket === 'number') throw new Error(`refused with ${socket}`)
  return socket
}

const nextMessage = (socket: WebSocket) =>
  new Promise<unknown>((resolve) => socket.once('message', (data) => resolve(JSON.parse((data as Buffer).toString('utf8')))))
const closeCode = (socket: WebSocket) => new Promise<number>((resolve) => socket.once('close', resolve))

const ask = (socket: WebSocket, frame: unknown) => {
  const reply = nextMessage(socket)
  socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame))
  return reply
}

/** One raw HTTP exchange, because fetch would tidy the path and the Host. */
const raw = (text: string) =>
  new Promise<string>((resolve, reject) => {
    const socket = connectTcp(Number(new URL(url).port), '127.0.0.1', () => socket.write(text))
    let answer = ''
    socket.on('data', (chunk) => (answer += String(chunk)))
    socket.on('end', () => resolve(answer))
    socket.on('error', reject)
  })
const host = () => new URL(url).host
const get = (path: string, headers = '') => raw(`GET ${path} HTTP/1.1\r\nHost: ${host()}\r\n${headers}Connection: close\r\n\r\n`)

describe('the page', () => {
  test('comes with the headers that confine it', async () => {
    const response = await fetch(`${url}/`)
    expect(response.status).toBe(200)
    expect(response.headers.get('content-security-policy')).toContain("connect-src 'self'; ")
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
    expect(response.headers.get('cross-origin-opener-policy')).toBe('same-origin')
    expect(response.headers.get('cross-origin-resource-policy')).toBe('same-origin')
    expect(response.headers.get('cache-control')).toBe('no-store')
  })
  test('is refused to a rebinding host', async () => {
    expect(await raw(`GET / HTTP/1.1\r\nHost: evil.example:${new URL(url).port}\r\nConnection: close\r\n\r\n`)).toMatch(/^HTTP\/1.1 403 /)
  })
  test.each([
    '/../package.json',
    '/%2e%2e/package.json',
    '/..%2fpackage.json',
    '/%2e%2e%5cpackage.json',
    '//etc/passwd',
    '/assets/',
    '/index.html/..',
    '/x.html',
  ])('%s is not found', async (path) => {
    expect(await get(path)).toMatch(/^HTTP\/1.1 404 /)
  })
  test('cannot be written to', async () => {
    expect((await fetch(`${url}/`, { method: 'POST', body: 'x' })).status).toBe(404)
  })
})

describe('POST /api/<call>', () => {
  const post = (name: string, body: string, headers: Record<string, string> = { authorization: `Bearer ${token}` }) =>
    fetch(`${url}/api/${name}`, { method: 'POST', body, headers })

  test('answers with the value', async () => {
    expect(await (await post('double', '{"n":21}')).json()).toBe(42)
  })
  test.each([
    ['no token', {}, 401],
    ['another token', { authorization: `Bearer ${createToken()}` }, 403],
    ['another origin', { authorization: `Bearer ${token}`, origin: 'http://evil.example' }, 403],
  ])('%s', async (_name, headers, status) => {
    expect((await post('double', '{"n":21}', headers as Record<string, string>)).status).toBe(status)
  })
  test.each([
    ['nothing', '{}', 404, 'not-found'],
    ['toString', '{}', 404, 'not-found'],
    ['double', '{"n":"x"}', 400, 'input.invalid'],
    ['double', 'not json', 400, 'input.invalid'],
    ['fail', '{}', 409, 'conflict'],
  ])('%s %s → %i %s', async (name, body, status, code) => {
    const response = await post(name, body)
    expect(response.status).toBe(status)
    expect(await response.json()).toMatchObject({ code, status })
  })
  test('a body beyond the limit is refused', async () => {
    expect((await post('double', `{"n":1,"x":"${'x'.repeat(70_000)}"}`)).status).toBe(413)
  })
  test('what went wrong inside stays inside', async () => {
    const response = await post('crash', '{}')
    expect(response.status).toBe(500)
    expect(await response.text()).not.toContain('hunter2')
  })
  test('a problem leads to the page that explains it', async () => {
    const { type } = (await (await fetch(`${url}/api/nothing`)).json()) as { readonly type: string }
    const page = await fetch(new URL(type, url))
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
    expect(await page.text()).toContain(`<section id="${type.split('#')[1]}">`)
  })

  test('only POST makes a call', async () => {
    expect(await get('/api/double', `Authorization: Bearer ${token}\r\n`)).toMatch(/^HTTP\/1.1 400 /)
  })
})

describe('the WebSocket', () => {
  test('answers calls in the order they end', async () => {
    const socket = await opened()
    expect(socket.protocol).toBe('windfall.v1')
    socket.send(JSON.stringify({ id: 1, call: 'later', input: {} }))
    expect(await ask(socket, { id: 2, call: 'double', input: { n: 4 } })).toEqual({ id: 2, value: 8 })
    const last = nextMessage(socket)
    release()
    expect(await last).toEqual({ id: 1, value: 'done' })
  })
  test.each([
    ['a foreign origin', { origin: 'https://evil.example' }, 403],
    ['no origin', { origin: '' }, 403],
    ['a foreign host', { host: 'evil.example' }, 403],
    ['no token', { protocols: ['windfall.v1'] }, 401],
    ['a token without the protocol', { protocols: [`token.${token}`] }, 401],
    ['a wrong token', { secret: createToken() }, 403],
    ['a short token', { secret: token.slice(1) }, 403],
    ['another path', { path: '/rpc/..' }, 404],
  ])('%s is refused', async (_name, options, status) => {
    expect(await dial(options)).toBe(status)
  })
  test.each([
    [{ id: 7, call: 'nothing', input: {} }, 'not-found'],
    [{ id: 7, call: '__proto__', input: {} }, 'not-found'],
    [{ id: 7, call: 'double', input: { n: null } }, 'input.invalid'],
    [{ id: 7, call: 'fail', input: {} }, 'conflict'],
    [{ id: 7, call: 'crash', input: {} }, 'internal'],
  ])('%j → %s', async (frame, code) => {
    const socket = await opened()
    expect(await ask(socket, frame)).toMatchObject({ id: 7, problem: { code } })
  })
  test.each(['not json', '[]', '{"id":1}', '{"id":-1,"call":"double","input":{}}', '{"id":1,"call":"double","input":{},"extra":1}'])(
    'a malformed frame ends the connection: %s',
    async (text) => {
      const socket = await opened()
      socket.send(text)
      expect(await closeCode(socket)).toBe(1008)
    },
  )
  test('binary data ends the connection', async () => {
    const socket = await opened()
    socket.send(Buffer.from('{}'))
    expect(await closeCode(socket)).toBe(1008)
  })
  test('an oversize frame ends the connection and leaves the others alone', async () => {
    const [bad, good] = [await opened(), await opened()]
    bad.send('x'.repeat(65_537))
    expect(await closeCode(bad)).toBe(1009)
    expect(await ask(good, { id: 1, call: 'double', input: { n: 1 } })).toEqual({ id: 1, value: 2 })
  })
  test('a flood of calls ends the connection', async () => {
    const socket = await opened()
    for (let id = 0; id < 100; id++) socket.send(JSON.stringify({ id, call: 'later', input: {} }))
    expect(await closeCode(socket)).toBe(1008)
  })
  test('every window hears the news', async () => {
    const heard = [await opened(), await opened()].map(nextMessage)
    push('changed', { seq: 1 })
    expect(await Promise.all(heard)).toEqual([
      { event: 'changed', payload: { seq: 1 } },
      { event: 'changed', payload: { seq: 1 } },
    ])
  })
  test('a window that stops reading is cut off, and nobody else waits for it', async () => {
    const [slow, good] = [await opened(), await opened()]
    const cut = closeCode(slow)
    slow.pause()
    for (let n = 0; n < 60; n++) {
      const heard = nextMessage(good)
      push('changed', 'x'.repeat(1_000_000))
      await heard
    }
    slow.resume()
    await cut
    expect(good.readyState).toBe(good.OPEN)
  })
  test('stopping the server ends every connection', async () => {
    const socket = await opened()
    const end = closeCode(socket)
    stop.abort()
    await closed
    await end
    await expect(fetch(url)).rejects.toThrow('fetch failed')
  })
})

test('a taken port is named', async () => {
  const again = serveAgentHttp(
    { port: Number(new URL(url).port), token, server: serve({}, {}), events: { subscribe: () => () => {} }, staticDirectory: '/', log: quiet },
    stop.signal,
  )
  await expect(again).rejects.toThrow(expect.objectContaining({ code: 'unavailable' }))
})
