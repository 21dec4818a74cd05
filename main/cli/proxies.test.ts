import { mkdtempSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { run } from './run.fixture.ts'

afterEach(() => vi.unstubAllEnvs())
const temporary = () => mkdtempSync(join(tmpdir(), 'windfall-proxies-'))

/** A proxy that lets nothing through and remembers what it was asked for. */
async function startProxy() {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    response.writeHead(502).end()
  })
  server.on('connect', (request, socket) => {
    asked.push(`CONNECT ${request.url}`)
    socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n')
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const close = () => new Promise((done) => server.close(done).closeAllConnections())
  return { asked, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, [Symbol.asyncDispose]: async () => void (await close()) }
}

test.each([
  ['job list --coordinator http://coordinator.test --key k'],
  ['receipt verify none.wfreceipt --coordinator http://coordinator.test'],
  ['coordinator --rpc http://chain.test --data DATA'],
])('“windfall %s” goes through the proxy of the environment, and the process forgets it afterwards', async (line) => {
  await using proxy = await startProxy()
  for (const name of ['HTTP_PROXY', 'http_proxy']) vi.stubEnv(name, proxy.url)
  const { code, err } = await run(...line.split(' ').map((word) => (word === 'DATA' ? temporary() : word)))
  expect([code, err]).toEqual([5, expect.stringMatching(/^windfall: .*\n$/)])
  expect(proxy.asked.join()).toMatch(/\b(coordinator|chain)\.test/)
  const before = proxy.asked.length
  await fetch('http://coordinator.test').catch(() => undefined)
  expect(proxy.asked).toHaveLength(before)
})
