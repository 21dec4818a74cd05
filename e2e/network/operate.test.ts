import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { type IncomingMessage, type Server, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { freePort } from '../../main/kernel/free-port.fixture.ts'
import { INSTANCE_FILE, readInstance } from '../../main/kernel/instance-file.ts'
import type { CoordinatorReady } from '../support/fleet.ts'
import { startService, temporaryDirectory, until, windfall } from '../support/windfall.ts'

/** Random, so that the chain is one of a test. */
const GENESIS = 'EtWTRABZaYq6iMfeYKouRu166VU2xqa1wcaWoxPkrZBG'
const SECRET_NAMES = [
  'rpc-path',
  'rpc-query',
  'maps',
  'entsoe',
  'eia',
  'watttime',
  'meteo',
  's3-id',
  's3-secret',
  's3-token',
  'oidc',
  'proxy',
  'egress',
] as const
/** Each long enough that nobody writes it by chance. */
const marker = (name: (typeof SECRET_NAMES)[number]): string => `MARK-${name}-0123456789abcdef`

/** Chain, bucket, provider and proxy in one, and the worst of each: it fails, and says back all that it was told. */
async function startTelltale(): Promise<AsyncDisposable & { readonly port: number; readonly heard: () => string }> {
  let heard = ''
  const tell = (request: IncomingMessage): string => {
    const told = `${request.method} ${request.url} ${JSON.stringify(request.headers)}`
    heard += `${told}\n`
    return told
  }
  const server: Server = createServer((request, response) => {
    const told = tell(request)
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      response.setHeader('content-type', 'application/json')
      if (body.includes('getGenesisHash')) return response.end(JSON.stringify({ jsonrpc: '2.0', id: '1', result: GENESIS }))
      response.statusCode = 400
      return response.end(JSON.stringify({ error: { code: -32_000, message: `no: ${told}` }, message: `no: ${told}` }))
    })
  })
  server.on('connect', (request, socket) => {
    socket.on('error', () => socket.destroy())
    socket.end(`HTTP/1.1 502 ${tell(request).replaceAll(/[^ -~]/g, '')}\r\n\r\n`)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { port, heard: () => heard, [Symbol.asyncDispose]: async () => void (await new Promise((done) => server.close(done).closeAllConnections())) }
}

/** Every secret setting by the way that it can be given: every second one in a file. */
function secretEnvironment(directory: string, port: number) {
  const file = (name: string, text: string): string => {
    const path = join(directory, name)
    writeFileSync(path, `${text}\n`, { mode: 0o600 })
    return path
  }
  return {
    WINDFALL_RPC_URL_FILE: file('rpc', `http://127.0.0.1:${port}/v2/${marker('rpc-path')}/?api-key=${marker('rpc-query')}`),
    WINDFALL_ELECTRICITY_MAPS_KEY_FILE: file('maps', marker('maps')),
    WINDFALL_ENTSOE_KEY: marker('entsoe'),
    WINDFALL_EIA_KEY_FILE: file('eia', marker('eia')),
    WINDFALL_WATTTIME_USER: 'windfall-of-a-test',
    WINDFALL_WATTTIME_PASSWORD_FILE: file('watttime', marker('watttime')),
    WINDFALL_OPEN_METEO_KEY: marker('meteo'),
    WINDFALL_S3_BUCKET: 'blobs',
    WINDFALL_S3_ENDPOINT: `http://127.0.0.1:${port}`,
    AWS_ACCESS_KEY_ID: marker('s3-id'),
    AWS_SECRET_ACCESS_KEY_FILE: file('s3', marker('s3-secret')),
    AWS_SESSION_TOKEN: marker('s3-token'),
    WINDFALL_OIDC_ISSUER: `http://127.0.0.1:${port}`,
    WINDFALL_OIDC_CLIENT_ID: 'windfall',
    WINDFALL_OIDC_CLIENT_SECRET_FILE: file('oidc', marker('oidc')),
    WINDFALL_EGRESS_PROXY: `http://windfall:${marker('egress')}@127.0.0.1:${port}`,
    HTTPS_PROXY: `http://windfall:${marker('proxy')}@127.0.0.1:${port}`,
  }
}

test('a coordinator whose chain, bucket, providers and proxy all fail says no secret of its own to anybody, and ends in order', {
  timeout: 600_000,
}, async () => {
  using root = temporaryDirectory()
  await using telltale = await startTelltale()
  const [data, secrets, metricsPort] = [join(root.path, 'data'), join(root.path, 'secrets'), await freePort()]
  mkdirSync(secrets)
  const env = { ...secretEnvironment(secrets, telltale.port), WINDFALL_METRICS_PORT: String(metricsPort) }
  const service = await startService<CoordinatorReady>(['coordinator', '--data', data, '--port', '0', '--log-level', 'debug'], env)
  const { url } = service.ready
  const apiKey = readInstance(data)?.coordinator?.apiKey ?? ''
  let said = ''
  const ask = async (path: string, init: RequestInit = {}): Promise<number> => {
    const answer = await fetch(path.startsWith('http') ? path : `${url}${path}`, { redirect: 'manual', ...init })
    said += `${path} ${answer.status} ${JSON.stringify([...answer.headers])} ${await answer.text()}\n`
    return answer.status
  }
  const signedIn = { headers: { authorization: `Bearer ${apiKey}` } }
  const content = 'what a job runs'
  const blob = `/v1/blobs/${createHash('sha256').update(content).digest('hex')}`
  const open = ['/healthz', '/readyz', '/v1/health', '/v1/keys', '/openapi.json', '/v1/zones', '/sign-in', `http://127.0.0.1:${metricsPort}/metrics`]
  const zones = ['DE', 'DE/price', 'GB-13', 'US-CAL-CISO', 'US-CAL-CISO/marginal', 'AU-NSW'].map((zone) => `/v1/grid/${zone}`)
  const [status, doctor] = await Promise.all([
    windfall(['coordinator', 'status', '--data', data, '--json']),
    windfall(['doctor', '--data', data, '--json'], { HTTPS_PROXY: env.HTTPS_PROXY }),
    ...[...open, ...zones].map((path) => ask(path)),
    ...['/readyz', '/metrics', '/v1/replicas', '/v1/payouts/status'].map((path) => ask(path, signedIn)),
    ask(blob, { method: 'PUT', body: content, headers: { ...signedIn.headers, 'content-type': 'application/octet-stream' } }),
    ask(`/v1/keys?api-key=${marker('maps')}`, { headers: { authorization: `Bearer ${marker('s3-secret')}` } }),
  ])
  // The providers were asked, with what was secret, and have said it back.
  await until(
    async () => telltale.heard(),
    (heard) => heard.includes('CONNECT'),
    { what: 'a provider to be asked' },
  )
  said += status.stdout + status.stderr + doctor.stdout + doctor.stderr
  const commandLine = process.platform === 'linux' ? readFileSync(`/proc/${service.pid}/cmdline`, 'utf8') : ''

  expect(await service.stop()).toBe(0)

  expect(telltale.heard()).toContain(marker('rpc-query'))
  expect(telltale.heard()).toContain(marker('s3-id'))
  expect(service.stderr()).toMatch(/everything that was under way is answered/)
  // What other commands of the same person need to reach it is a secret itself, and kept like one.
  expect(statSync(join(data, INSTANCE_FILE)).mode & 0o077).toBe(0)
  const written = readdirSync(data, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile() && file.name !== INSTANCE_FILE)
    .map((file) => readFileSync(join(file.parentPath, file.name), 'latin1'))
  for (const name of SECRET_NAMES) {
    expect(service.stderr(), 'the log').not.toContain(marker(name))
    expect([commandLine, ...written].join('\n')).not.toContain(marker(name))
    // But for the two that were sent to it in the address and as a key.
    expect(said.replaceAll(`/v1/keys?api-key=${marker('maps')} `, ''), 'an answer').not.toContain(marker(name))
  }
  expect(said.split('\n').filter((line) => / 500 /.test(line))).toEqual([])
})
