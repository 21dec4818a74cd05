import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect as connectTls, getCACertificates, setDefaultCACertificates } from 'node:tls'
import { type AddressInfo, connect as connectTcp } from 'node:net'
import { once } from 'node:events'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { coordinatorContract } from '../../../shared/contract/coordinator.ts'
import { connect } from '../../../shared/contract/define.ts'
import { type FakeClock, createFakeClock } from '../../kernel/clock.fake.ts'
import { type Authority, createAuthority } from '../../kernel/certificate.fixture.ts'
import { honourCertificate } from '../../kernel/client-certificate.ts'
import { createHttpTransport } from '../../kernel/contract-http.ts'
import { signRequest } from '../../kernel/http-signature.ts'
import { type TestServer, startTestServer } from './http.fake.ts'
import { type TlsEvents, type TlsSettings, createTls } from './tls.ts'
import { USUAL_RULES } from './upgrade.ts'

const authority = createAuthority('Authority of this test')
const fleet = createAuthority('Authority of a fleet')
const trusted = getCACertificates('default')
beforeAll(() => setDefaultCACertificates([...trusted, authority.certificate]))
afterAll(() => setDefaultCACertificates(trusted))

let directory: string
let clock: FakeClock
let said: string[]
let server: TestServer | null
const stop = new AbortController()

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'windfall-tls-'))
  clock = createFakeClock(Date.now())
  said = []
  server = null
})
afterEach(async () => {
  await server?.[Symbol.asyncDispose]()
  rmSync(directory, { recursive: true, force: true })
})
afterAll(() => stop.abort())

const events: TlsEvents = {
  certificateTaken: (subject) => said.push(`taken ${subject}`),
  certificateRefused: (message) => said.push(`refused ${message}`),
  certificateExpires: () => said.push('expires'),
}
const file = (name: string) => join(directory, name)
function write(name: string, text: string, mode = 0o600): string {
  writeFileSync(file(name), text, { mode })
  return file(name)
}

function settings(by: Authority = authority, changes: Partial<TlsSettings> = {}): TlsSettings {
  const { certificate, key } = by.issue(['localhost', '127.0.0.1'])
  return {
    tlsCertificateFile: write('cert.pem', certificate, 0o644),
    tlsKeyFile: write('key.pem', key),
    tlsClientCaFile: null,
    tlsClients: 'nodes',
    ...changes,
  }
}

/** A coordinator with TLS; returns its address. */
async function serve(given: TlsSettings): Promise<string> {
  const tls = createTls(given, { clock, events })
  server = await startTestServer(undefined, undefined, { border: { tls } })
  server.core.hub.attach(server.app.server, { ...USUAL_RULES, asksCertificate: tls?.asksNodes ?? false })
  await server.app.listen({ port: 0, host: '127.0.0.1' })
  void tls?.watch(server.app.server)(stop.signal)
  return `https://127.0.0.1:${(server.app.server.address() as AddressInfo).port}`
}

const keysOf = async (url: string) =>
  connect(coordinatorContract, createHttpTransport(coordinatorContract, { baseUrl: url, authorize: async () => ({ connection: 'close' }) })).call('keys', {})

test('a coordinator with a certificate is reached over TLS 1.2 or newer, and by nothing else', async () => {
  const url = await serve(settings())
  expect(await keysOf(url)).toMatchObject({ cluster: 'localnet' })
  const port = Number(new URL(url).port)
  const old = connectTls({ port, host: '127.0.0.1', maxVersion: 'TLSv1.1', minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' })
  expect(await once(old, 'error')).toMatchObject([{ code: expect.stringMatching(/PROTOCOL|ALERT|UNSUPPORTED/) }])
  const plain = connectTcp(port, '127.0.0.1')
  plain.on('error', () => undefined).resume()
  plain.write('GET /v1/keys HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n')
  await once(plain, 'close')
  expect(await keysOf(url)).toMatchObject({ cluster: 'localnet' })
})

test('one whose certificate is not trusted, or is for another name, is not asked, and the reason says what to do', async () => {
  await expect(keysOf(await serve(settings(fleet)))).rejects.toThrow(/NODE_EXTRA_CA_CERTS/)
  await server?.[Symbol.asyncDispose]()
  const { certificate, key } = authority.issue(['elsewhere.example'])
  const url = await serve({ ...settings(), tlsCertificateFile: write('cert.pem', certificate), tlsKeyFile: write('key.pem', key) })
  await expect(keysOf(url)).rejects.toThrow(/its certificate is for another name/)
})

test('a new certificate is taken over for connections that begin then, and those that stand go on; a wrong one is not', async () => {
  const first = settings()
  const url = await serve(first)
  const standing = connectTls({ port: Number(new URL(url).port), host: '127.0.0.1', ca: [authority.certificate, fleet.certificate] })
  await once(standing, 'secureConnect')
  const serial = async () => {
    const socket = connectTls({ port: Number(new URL(url).port), host: '127.0.0.1', rejectUnauthorized: false })
    await once(socket, 'secureConnect')
    const { serialNumber } = socket.getPeerCertificate()
    socket.destroy()
    return serialNumber
  }
  const before = await serial()
  write('cert.pem', fleet.issue(['localhost']).certificate)
  await clock.advance(30_000)
  await clock.advance(30_000)
  // Half of a pair is refused once, however often it is looked at.
  expect(said.filter((line) => line.startsWith('refused'))).toEqual([expect.stringContaining('is not that of the first certificate')])
  expect(await serial()).toBe(before)
  settings()
  await clock.advance(30_000)
  expect(said.filter((line) => line.startsWith('taken'))).toEqual(['taken CN=localhost'])
  expect(await serial()).not.toBe(before)
  const heard = once(standing, 'data') as Promise<[Buffer]>
  standing.write('GET /v1/keys HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n')
  expect(String((await heard)[0])).toMatch(/^HTTP\/1\.1 200 /)
  standing.destroy()
})

test('a certificate that runs out is told of before', async () => {
  await serve(settings())
  await clock.advance(1)
  expect(said).toEqual(['expires'])
})

const wrong = (changes: Partial<TlsSettings>): string => {
  try {
    createTls({ ...settings(), ...changes }, { clock, events })
    return 'accepted'
  } catch (error) {
    expect(error).toMatchObject({ code: 'config.invalid' })
    return (error as Error).message
  }
}

test('what is wrong with the files is said in words, with the name of the file', () => {
  const other = authority.issue(['localhost'])
  const old = authority.issue(['localhost'], { expired: true })
  expect(wrong({ tlsKeyFile: null })).toMatch(/set both .*WINDFALL_TLS_CERTIFICATE_FILE.*WINDFALL_TLS_KEY_FILE/)
  expect(wrong({ tlsCertificateFile: file('none.pem') })).toMatch(/none\.pem cannot be read/)
  expect(wrong({ tlsCertificateFile: write('not.pem', 'hello') })).toMatch(/not\.pem holds no certificate/)
  expect(wrong({ tlsKeyFile: file('none.pem') })).toMatch(/no file .*none\.pem/)
  expect(wrong({ tlsKeyFile: write('not.pem', 'hello') })).toMatch(/not\.pem holds no private key/)
  expect(wrong({ tlsKeyFile: write('other.pem', other.key) })).toMatch(/key in .*other\.pem is not that of .*cert\.pem/)
  expect(wrong({ tlsCertificateFile: write('old.pem', old.certificate), tlsKeyFile: write('old-key.pem', old.key) })).toMatch(/old\.pem expired on/)
  expect(wrong({ tlsClientCaFile: write('not.pem', 'hello') })).toMatch(/not\.pem holds no certificate of an authority/)
})

test.skipIf(process.platform === 'win32')('a key that others may read is refused', () => {
  const { key } = authority.issue(['localhost'])
  expect(wrong({ tlsKeyFile: write('open.pem', key, 0o644) })).toMatch(/chmod 600/)
})

/** What an agent or a command of a fleet has in its environment. */
const environment = (by: Authority) => {
  const { certificate, key } = by.issue(['node-1'])
  return { WINDFALL_CLIENT_CERTIFICATE_FILE: write('client.pem', certificate), WINDFALL_CLIENT_KEY_FILE: write('client-key.pem', key) }
}

async function headOf(url: string) {
  const node = await server?.core.enrol()
  if (!server || !node) throw new Error('no server')
  const { core } = server
  let nonces = 0
  const authorize = async (request: Parameters<typeof signRequest>[1]) => ({
    ...(await signRequest(node.signer, request, { now: core.clock.now(), nonce: `nonce-of-a-fleet-${nonces++}` })),
    connection: 'close',
  })
  return () => connect(coordinatorContract, createHttpTransport(coordinatorContract, { baseUrl: url, authorize })).call('proofChain', {})
}

test('in a closed fleet nodes show a certificate of it with every call and on their socket; people need none', async () => {
  const url = await serve(settings(authority, { tlsClientCaFile: write('fleet.pem', fleet.certificate) }))
  const head = await headOf(url)
  const socket = async (options: { cert?: string; key?: string } = {}) => {
    const line = new WebSocket(`${url.replace('https', 'wss')}/v1/agents/socket`, options)
    line.on('error', () => undefined)
    const outcome = await once(line, 'open').then(() => 'open', String)
    line.terminate()
    return outcome
  }
  expect(await keysOf(url)).toMatchObject({ cluster: 'localnet' })
  await expect(head()).rejects.toThrow(/WINDFALL_CLIENT_CERTIFICATE_FILE/)
  expect(await socket()).toMatch(/403/)
  for (const [by, answer] of [
    [authority, /only nodes with a certificate of its fleet/],
    [fleet, null],
  ] as const) {
    using _shown = honourCertificate(environment(by))
    if (answer) await expect(head()).rejects.toThrow(answer)
    else expect(await head()).toMatchObject({ seq: 0 })
  }
  const { certificate, key } = fleet.issue(['node-2'])
  expect(await socket({ cert: certificate, key })).toBe('open')
})

test('where everybody has to show one, whoever has none gets no further than the handshake', async () => {
  const url = await serve(settings(authority, { tlsClientCaFile: write('fleet.pem', fleet.certificate), tlsClients: 'all' }))
  await expect(keysOf(url)).rejects.toMatchObject({ code: 'unavailable' })
  using _shown = honourCertificate(environment(fleet))
  expect(await keysOf(url)).toMatchObject({ cluster: 'localnet' })
})

const honour = (certificateFile: string | undefined, keyFile: string | undefined) => () =>
  honourCertificate({ WINDFALL_CLIENT_CERTIFICATE_FILE: certificateFile, WINDFALL_CLIENT_KEY_FILE: keyFile })

test('a certificate for a fleet that cannot be used is refused in words', () => {
  const [{ certificate }, { key }] = [fleet.issue(['a']), fleet.issue(['b'])]
  const [cert, other] = [write('a.pem', certificate), write('b.pem', key)]
  expect(honour(cert, undefined)).toThrow(/set both/)
  expect(honour(file('none.pem'), other)).toThrow(/none\.pem .*holds no certificate/)
  expect(honour(cert, file('none.pem'))).toThrow(/no file/)
  expect(honour(cert, other)).toThrow(/is not that of the certificate/)
  expect(honour(cert, cert)).toThrow(/holds no private key/)
  expect(honour(undefined, undefined)).not.toThrow()
})
