import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, expect, test, vi } from 'vitest'
import { announce } from '../../kernel/instance-file.ts'
import { run } from '../run.fixture.ts'
import { statusLines } from './coordinator-status.ts'

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
  vi.stubEnv('WINDFALL_RPC_URL', 'http://127.0.0.1:1/?api-key=s3cret,http://127.0.0.1:2')
  const { code, err } = await run('coordinator', '--data', newDirectory())
  expect([code, err]).toEqual([
    5,
    expect.stringMatching(
      /does not answer .*Check its address and the network.* No coordinator starts without its chain; asked: 127\.0\.0\.1:1, 127\.0\.0\.1:2\.\n$/,
    ),
  ])
  expect(err).not.toContain('s3cret')
})

test('a secret on the command line is refused, for everybody on the machine can read it there; where it may stand is said', async () => {
  for (const [option, value, variable] of [
    ['--rpc', 'http://127.0.0.1:1/?api-key=s3cret', 'WINDFALL_RPC_URL'],
    ['--database', 'postgres://windfall:s3cret@127.0.0.1:1/w', 'WINDFALL_DATABASE_URL'],
  ] as const) {
    const { code, err } = await run('coordinator', '--data', newDirectory(), option, value)
    expect([code, err]).toEqual([
      2,
      expect.stringMatching(
        new RegExp(`${option} has a password or a key in it. Put the address into ${variable}, or into a file that ${variable}_FILE names`),
      ),
    ])
    expect(err).not.toContain('s3cret')
  }
})

function settings(coordinator: object): string {
  const data = newDirectory()
  writeFileSync(join(data, 'settings.json'), JSON.stringify({ coordinator }), { mode: 0o644 })
  return data
}

test('a settings file with a secret in it is for its owner only; one without may be read by anybody', async () => {
  const secret = settings({ rpcUrls: ['http://127.0.0.1:1'], eiaKey: 's3cret-of-eia' })
  expect(await run('coordinator', '--data', secret)).toMatchObject({
    code: 2,
    err: expect.stringMatching(/settings\.json holds a secret but other users may read it. Run: chmod 600/),
  })
  expect(await run('coordinator', '--data', settings({ rpcUrls: ['http://127.0.0.1:1'] }))).toMatchObject({ code: 5 })
})

test('a public cluster is never found, only named', async () => {
  const data = newDirectory()
  announce(data, { chain: { rpcUrl: 'https://api.devnet.example', cluster: 'devnet' } })
  expect(await run('coordinator', '--data', data)).toMatchObject({ code: 2, err: expect.stringContaining('give an endpoint with --rpc') })
})

test('the status says whether the coordinator is ready, and what of it is wrong', () => {
  const health = { isReady: true, database: null, shards: null, draining: null, disk: null, sockets: 3, requests: 1 }
  const found = { replicas: [], unowned: [], health, intake: { messages: 2, bytes: 1_500_000, underway: 0, lastBatch: 1 } }
  expect(statusLines(found)).toEqual([
    'Health      ready for requests',
    'Agents      3 connected; 1 requests under way',
    'Proofs      2 wait to be settled (1.5 MB), 0 on their way in',
  ])
  const ill = { ...health, isReady: false, database: 'The disk is full.', draining: 'This coordinator is stopping.' }
  expect(statusLines({ ...found, health: ill }).slice(0, 3)).toEqual([
    'Health      NOT ready: balancers send it nothing',
    '!           The disk is full.',
    '!           This coordinator is stopping.',
  ])
  expect(statusLines({ ...found, health: { ...health, disk: 'Only 1.2 GB of 20.0 GB are free.' } }).slice(0, 2)).toEqual([
    'Health      ready for requests',
    '!           Only 1.2 GB of 20.0 GB are free.',
  ])
})
