import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, expect, test, vi } from 'vitest'
import { announce } from '../../kernel/instance-file.ts'
import { run } from '../run.fixture.ts'

const root = mkdtempSync(join(tmpdir(), 'windfall-coordinator-'))
const newDirectory = () => mkdtempSync(join(root, 'data-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
afterEach(() => vi.unstubAllEnvs())
vi.stubEnv('WINDFALL_RPC_URL', undefined)

const MAINNET = '5eykt4UsFv8P8NJdTREpY1vzqKqZKvdpKuc147dw2N9d'

/** An endpoint that claims to be mainnet, which a coordinator refuses to pay on: whoever asked it says so. */
async function startEndpoint() {
  const server = createServer((request, response) => {
    request.resume().on('end', () => response.end(JSON.stringify({ jsonrpc: '2.0', id: '1', result: MAINNET })))
    response.setHeader('content-type', 'application/json')
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const close = () => new Promise((done) => server.close(done).closeAllConnections())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, [Symbol.asyncDispose]: async () => void (await close()) }
}

test('a coordinator finds the local chain that was announced on its data directory', async () => {
  await using endpoint = await startEndpoint()
  const data = newDirectory()
  announce(data, { chain: { rpcUrl: endpoint.url, cluster: 'localnet' } })
  expect(await run('coordinator', '--data', data)).toMatchObject({ code: 2, err: expect.stringContaining('mainnet-beta') })
})

test('what is named goes before what is found', async () => {
  await using endpoint = await startEndpoint()
  const data = newDirectory()
  announce(data, { chain: { rpcUrl: 'http://127.0.0.1:1', cluster: 'localnet' } })
  expect(await run('coordinator', '--data', data, '--rpc', endpoint.url)).toMatchObject({ code: 2, err: expect.stringContaining('mainnet-beta') })
  vi.stubEnv('WINDFALL_RPC_URL', endpoint.url)
  expect(await run('coordinator', '--data', data)).toMatchObject({ code: 2, err: expect.stringContaining('mainnet-beta') })
})

test('a chain that has ended since is named, with the command that starts it', async () => {
  const data = newDirectory()
  announce(data, { chain: { rpcUrl: 'http://127.0.0.1:1', cluster: 'localnet' } })
  const { code, err } = await run('coordinator', '--data', data)
  expect([code, err]).toEqual([5, expect.stringContaining(`http://127.0.0.1:1) does not run any more. Start it with: windfall localnet --data "${data}"`)])
})

test('endpoints of which none answers are named, without what is secret in their addresses', async () => {
  const { code, err } = await run('coordinator', '--data', newDirectory(), '--rpc', 'http://127.0.0.1:1/?api-key=s3cret,http://127.0.0.1:2')
  expect([code, err]).toEqual([
    5,
    expect.stringMatching(
      /does not answer .*Check its address and the network.* No coordinator starts without its chain; asked: 127\.0\.0\.1:1, 127\.0\.0\.1:2\.\n$/,
    ),
  ])
  expect(err).not.toContain('s3cret')
})

test('a public cluster is never found, only named', async () => {
  const data = newDirectory()
  announce(data, { chain: { rpcUrl: 'https://api.devnet.example', cluster: 'devnet' } })
  expect(await run('coordinator', '--data', data)).toMatchObject({ code: 2, err: expect.stringContaining('give an endpoint with --rpc') })
})
