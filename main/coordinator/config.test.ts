import { expect, test } from 'vitest'
import { readCoordinatorConfig } from './config.ts'

test('nothing but a data directory and a chain is needed, and the coordinator then listens on this machine only', () => {
  expect(readCoordinatorConfig({}, { dataDirectory: '/data', rpcUrls: 'http://127.0.0.1:8899' })).toMatchObject({
    host: '127.0.0.1',
    heartbeatMs: 15_000,
    leaseTtlMs: 90_000,
    challengeRate: 0.02,
    trustProxy: false,
  })
})

test('the environment sets what the command line does not', () => {
  const environment = { WINDFALL_COORDINATOR_PORT: '8000', WINDFALL_COORDINATOR_HOST: '0.0.0.0', WINDFALL_COORDINATOR_TRUST_PROXY: 'true' }
  expect(readCoordinatorConfig(environment, { dataDirectory: '/data', rpcUrls: 'http://127.0.0.1:8899', port: 9000 })).toMatchObject({
    host: '0.0.0.0',
    port: 9000,
    trustProxy: true,
  })
})

test('a malformed value stops the start and names its key and variable', () => {
  expect(() => readCoordinatorConfig({ WINDFALL_COORDINATOR_PORT: 'eighty' }, { dataDirectory: '/data' })).toThrow(/port \(WINDFALL_COORDINATOR_PORT\)/)
  expect(() => readCoordinatorConfig({}, { dataDirectory: '/data', unknown: 1 })).toThrow(expect.objectContaining({ code: 'config.invalid' }))
})

const readRate = (rate: string) =>
  readCoordinatorConfig({ WINDFALL_CHALLENGE_RATE: rate }, { dataDirectory: '/data', rpcUrls: 'http://127.0.0.1:8899' }).challengeRate

test('the share of proofs that are spot-checked is a share', () => {
  expect([readRate('0'), readRate('0.5'), readRate('1')]).toEqual([0, 0.5, 1])
  for (const wrong of ['-0.1', '1.1', 'often']) expect(() => readRate(wrong)).toThrow(/challengeRate \(WINDFALL_CHALLENGE_RATE\)/)
})

const readUrls = (rpcUrls: unknown, environment = {}) => readCoordinatorConfig(environment, { dataDirectory: '/data', ...(rpcUrls ? { rpcUrls } : {}) }).rpcUrls

test('one Solana endpoint is enough; several come as a list or separated by commas, and each is an address', () => {
  const [a, b] = ['http://127.0.0.1:8899', 'https://rpc.example/solana'] as const
  expect([readUrls(a), readUrls(`${a}, ${b}`), readUrls([a, b]), readUrls(null, { WINDFALL_RPC_URL: `${b},${a}` })]).toEqual([[a], [a, b], [a, b], [b, a]])
  for (const wrong of ['', `${a},`, [], 'ftp://a.example']) expect(() => readUrls([wrong].flat()), String(wrong)).toThrow(/rpcUrls/)
  expect(() => readUrls(null, { WINDFALL_RPC_URL: `${a},nowhere` })).toThrow(/rpcUrls\.1 \(WINDFALL_RPC_URL\)/)
})

test('a setting nobody knows is named', () => {
  expect(() => readCoordinatorConfig({}, { dataDirectory: '/data', rpcUrls: 'http://127.0.0.1:8899', prot: 1 })).toThrow(
    'The coordinator settings are not valid: Unrecognized key: "prot".',
  )
})

const readBucket = (environment: Record<string, string>) => readCoordinatorConfig(environment, { dataDirectory: '/data', rpcUrls: 'http://127.0.0.1:8899' })

test('a bucket is named by the environment; a variable that is empty is as good as none', () => {
  expect(readBucket({})).toMatchObject({ s3Bucket: null, s3Endpoint: null, s3Region: 'us-east-1', s3Prefix: '', s3PathStyle: null })
  expect(readBucket({ WINDFALL_S3_BUCKET: '', WINDFALL_S3_ENDPOINT: '', WINDFALL_S3_REGION: '', WINDFALL_S3_PATH_STYLE: '', AWS_SESSION_TOKEN: '' })).toEqual(
    readBucket({}),
  )
  expect(readBucket({ WINDFALL_S3_BUCKET: 'blobs', WINDFALL_S3_PREFIX: 'site/a', WINDFALL_S3_PATH_STYLE: 'false' })).toMatchObject({
    s3Bucket: 'blobs',
    s3Prefix: 'site/a/',
    s3PathStyle: false,
  })
})

test.each([
  ['WINDFALL_S3_BUCKET', 'No Bucket'],
  ['WINDFALL_S3_ENDPOINT', 'minio:9000'],
  ['WINDFALL_S3_ENDPOINT', 'http://key:secret@minio:9000'],
  ['WINDFALL_S3_REGION', 'eu west'],
  ['WINDFALL_S3_PREFIX', '../up'],
  ['WINDFALL_S3_PREFIX', '/root'],
  ['WINDFALL_S3_PREFIX', `${'a'.repeat(199)}!`],
  ['WINDFALL_S3_PATH_STYLE', 'maybe'],
])('%s=%s is refused by name', (variable, value) => {
  expect(() => readBucket({ [variable]: value })).toThrow(variable)
})

const readBorder = (environment: Record<string, string>, given: object = {}) =>
  readCoordinatorConfig(environment, { dataDirectory: '/data', rpcUrls: 'http://127.0.0.1:8899', ...given })

test('limits are given one by one, and what is not given keeps its default', () => {
  const { limits } = readBorder({}, { limits: { network: { perSecond: 5, burst: 10 }, underway: { network: 7 } } })
  expect(limits).toMatchObject({ network: { perSecond: 5, burst: 10 }, underway: { all: 1_000, network: 7 }, guesses: { perSecond: 0.5, burst: 20 } })
  expect(readBorder({}).limits).toMatchObject({ network: { perSecond: 100, burst: 400 }, strangers: { all: 512, network: 128 } })
  for (const wrong of [{ network: { perSecond: 0, burst: 1 } }, { underway: { all: 0 } }, { netwrok: {} }])
    expect(() => readBorder({}, { limits: wrong })).toThrow(/limits/)
})

test('how many proxies stand before it, what agents call it and where its certificate is come from the environment', () => {
  const proxies = (text: string) => readBorder({ WINDFALL_COORDINATOR_TRUST_PROXY: text }).trustProxy
  expect([proxies('true'), proxies('1'), proxies('2'), proxies('false')]).toEqual([true, true, 2, false])
  expect(() => proxies('some')).toThrow(/WINDFALL_COORDINATOR_TRUST_PROXY/)
  const names = (text: string) => readBorder({ WINDFALL_COORDINATOR_NAMES: text }).names
  expect(names('windfall.example, 10.0.0.5:7465,[2001:db8::1]:7465')).toEqual(['windfall.example', '10.0.0.5:7465', '[2001:db8::1]:7465'])
  expect(names('')).toEqual([])
  expect(() => names('https://windfall.example')).toThrow(/WINDFALL_COORDINATOR_NAMES/)
  expect(readBorder({ WINDFALL_TLS_CERTIFICATE_FILE: '/c.pem', WINDFALL_TLS_KEY_FILE: '' })).toMatchObject({
    tlsCertificateFile: '/c.pem',
    tlsKeyFile: null,
    tlsClients: 'nodes',
  })
  expect(() => readBorder({ WINDFALL_TLS_CLIENTS: 'some' })).toThrow(/WINDFALL_TLS_CLIENTS/)
})

const read = (hosts: string) =>
  readCoordinatorConfig({ WINDFALL_EGRESS_HOSTS: hosts }, { dataDirectory: '/data', rpcUrls: 'http://127.0.0.1:8899' }).egressHosts

test('a receiver of the own network that is written without its port is refused at once, however long its name', () => {
  expect(read('Hooks.lan:8080, [fd00::1]:80, a.b-c.example:1')).toEqual(['hooks.lan:8080', '[fd00::1]:80', 'a.b-c.example:1'])
  for (const host of [`${'webhooks'.repeat(20)}.lan`, '.lan:80', 'hooks.lan:0', 'user@hooks.lan:80']) expect(() => read(host)).toThrow('host and a port')
})
