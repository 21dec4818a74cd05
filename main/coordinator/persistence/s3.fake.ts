/** A bucket behind real HTTP that checks every signature (AWS Signature Version 4) on its own, with the faults of the wild. */
import { createHash, createHmac } from 'node:crypto'
import { type IncomingMessage, type ServerResponse, createServer, request as httpRequest } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import type { Clock } from '../../kernel/clock.ts'
import type { FetchLike } from '../../kernel/http-exchange.ts'

const REGION = 'eu-test-1'
const KEYS = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY', sessionToken: null }
const PAGE = 3
const MAX_SKEW_MS = 15 * 60_000

const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest()
const sha256 = (content: string | Uint8Array) => createHash('sha256').update(content).digest('hex')
const encode = (text: string) => encodeURIComponent(text).replaceAll(/[!'()*]/g, (sign) => `%${sign.codePointAt(0)?.toString(16).toUpperCase()}`)

interface Head {
  readonly method: string
  /** `/path?query` as it was sent. */
  readonly target: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
}

/** The signature that a request should bear (AWS: “Create a signed AWS API request”), from the headers it says it has signed. */
export function signatureOf(
  { method, target, headers }: Head,
  signed: string,
  { date, region, secret }: { date: string; region: string; secret: string },
): string {
  const url = new URL(target, 'http://any')
  const query = [...url.searchParams]
    .map(([key, value]) => `${encode(key)}=${encode(value)}`)
    .toSorted()
    .join('&')
  const path = url.pathname
    .split('/')
    .map((part) => encode(decodeURIComponent(part)))
    .join('/')
  const lines = signed.split(';').map((name) => `${name}:${String(headers[name] ?? '').trim()}`)
  const canonical = [method, path, query, ...lines, '', signed, headers['x-amz-content-sha256']].join('\n')
  const scope = `${date.slice(0, 8)}/${region}/s3/aws4_request`
  const key = [region, 's3', 'aws4_request'].reduce<Buffer>(hmac, hmac(`AWS4${secret}`, date.slice(0, 8)))
  return hmac(key, ['AWS4-HMAC-SHA256', date, scope, sha256(canonical)].join('\n')).toString('hex')
}

const AUTHORIZATION = /^AWS4-HMAC-SHA256 Credential=([^/]+)\/\d{8}\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})$/

type Refusal = readonly [status: number, code: string, more?: string]

function checkSignature(head: Head, body: Buffer, now: number): Refusal | null {
  const [, keyId, region = '', signed = '', signature] = AUTHORIZATION.exec(String(head.headers['authorization'])) ?? []
  if (keyId === undefined) return [403, 'AccessDenied']
  if (keyId !== KEYS.accessKeyId) return [403, 'InvalidAccessKeyId']
  if (region !== REGION) return [400, 'AuthorizationHeaderMalformed', `<Region>${REGION}</Region>`]
  const tokens = 'x-amz-security-token' in head.headers ? ['x-amz-security-token'] : []
  for (const name of ['host', 'x-amz-content-sha256', 'x-amz-date', ...tokens]) if (!signed.split(';').includes(name)) return [403, 'AccessDenied']
  const date = String(head.headers['x-amz-date'])
  if (signature !== signatureOf(head, signed, { date, region, secret: KEYS.secretAccessKey })) return [403, 'SignatureDoesNotMatch']
  const at = Date.parse(date.replace(/^(....)(..)(..T..)(..)(..Z)$/, '$1-$2-$3:$4:$5'))
  if (Math.abs(at - now) > MAX_SKEW_MS) return [403, 'RequestTimeTooSkewed']
  return head.headers['x-amz-content-sha256'] === sha256(body) ? null : [400, 'XAmzContentSHA256Mismatch']
}

/** What goes wrong with a request; `undefined` if nothing does. */
type Fault = 'error' | 'slow-down' | 'hang' | 'cut' | 'cut-midway' | 'stall-midway' | 'forbidden' | 'wrong-etag' | 'damaged' | 'redirect' | 'full'

const REFUSED: Partial<Record<Fault, Refusal>> = {
  error: [500, 'InternalError'],
  'slow-down': [503, 'SlowDown'],
  forbidden: [403, 'AccessDenied'],
  redirect: [301, 'PermanentRedirect'],
  full: [507, 'QuotaExceeded'],
}

export async function startS3(clock: Pick<Clock, 'now'>) {
  const objects = new Map<string, Buffer>()
  const seen: { method: string; key: string; token: unknown }[] = []
  let faults: Fault[] = []
  const waiting = new Set<() => void>()
  const place = { bucket: 'windfall-test', region: REGION, prefix: 'site-a/', pathStyle: true }
  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await Array.fromAsync(request as AsyncIterable<Buffer>).catch(() => []))
    const url = new URL(request.url ?? '/', 'http://any')
    const inHost = request.headers.host?.startsWith(`${place.bucket}.`) ?? false
    const [, first = '', ...rest] = decodeURIComponent(url.pathname).split('/')
    const [bucket, key] = inHost ? [place.bucket, [first, ...rest].join('/')] : [first, rest.join('/')]
    const method = request.method ?? ''
    seen.push({ method, key, token: request.headers['x-amz-security-token'] })
    const fault = faults.shift()
    if (fault === 'hang') return void [...waiting].map((wake) => wake())
    if (fault === 'cut') return void request.socket.destroy()
    const refused = checkSignature({ method, target: request.url ?? '', headers: request.headers }, body, clock.now()) ?? (fault ? REFUSED[fault] : undefined)
    response.setHeader('date', new Date(clock.now()).toUTCString())
    if (refused) return refuse(response, method, refused)
    if (bucket !== place.bucket) return refuse(response, method, [404, 'NoSuchBucket'])
    if (key === '') return void response.end(listing(objects, url.searchParams))
    serve({ request, response, objects, key, body, fault })
    if (fault === 'stall-midway') for (const wake of waiting) wake()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    place: { ...place, endpoint: `http://127.0.0.1:${port}` },
    port,
    keys: KEYS,
    objects,
    seen,
    /** The next requests go wrong so, one after the other. */
    failNext: (...next: Fault[]) => {
      faults = next
    },
    /** Resolves when a request has been left without an answer. */
    hanging: () => new Promise<void>((resolve) => waiting.add(resolve)),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function refuse(response: ServerResponse, method: string, [status, code, more = '']: Refusal): void {
  response.writeHead(status, { 'content-type': 'application/xml' })
  response.end(method === 'HEAD' ? undefined : `<?xml version="1.0"?><Error><Code>${code}</Code><Message>no</Message>${more}</Error>`)
}

/** Every object says that it was written then. */
const OBJECTS_WRITTEN = 'Sun, 01 Mar 2026 12:00:00 GMT'

function listing(objects: ReadonlyMap<string, Buffer>, query: URLSearchParams): string {
  const start = query.get('continuation-token') ?? ''
  const keys = [...objects.keys()].toSorted().filter((key) => key.startsWith(query.get('prefix') ?? '') && key > start)
  const page = keys.slice(0, PAGE)
  const more = keys.length > PAGE
  const next = more ? `<NextContinuationToken>${page.at(-1)}</NextContinuationToken>` : ''
  return `<?xml version="1.0"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><IsTruncated>${more}</IsTruncated>${next}${page.map((key) => `<Contents><Key>${key}</Key><Size>1</Size></Contents>`).join('')}</ListBucketResult>`
}

interface Serving {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly objects: Map<string, Buffer>
  readonly key: string
  readonly body: Buffer
  readonly fault: Fault | undefined
}

function serve({ request, response, objects, key, body, fault }: Serving): void {
  const method = request.method ?? ''
  if (method === 'PUT') {
    const stored = fault === 'damaged' ? Buffer.from('damaged') : body
    objects.set(key, stored)
    const tag = fault === 'wrong-etag' ? '0'.repeat(32) : createHash('md5').update(stored).digest('hex')
    return void response.writeHead(200, { etag: `"${tag}"` }).end()
  }
  if (method === 'DELETE') {
    objects.delete(key)
    return void response.writeHead(204).end()
  }
  const object = objects.get(key)
  if (object === undefined) return refuse(response, method, [404, 'NoSuchKey'])
  response.writeHead(200, { 'content-length': object.length, 'last-modified': OBJECTS_WRITTEN })
  if (method === 'HEAD') return void response.end()
  if (fault !== 'cut-midway' && fault !== 'stall-midway') return void response.end(object)
  response.write(object.subarray(0, 1), () => fault === 'cut-midway' && request.socket.destroy())
}

/** Sends every request to this port of this machine, whatever host it names: a bucket in a host name has no address of its own here. */
export const fetchAt =
  (port: number): FetchLike =>
  async (url, { method = 'GET', headers = {}, body, signal }) => {
    const { host, pathname, search } = new URL(url)
    const sent = Object.fromEntries(new Headers(headers))
    const content = body instanceof Blob ? Buffer.from(await body.arrayBuffer()) : undefined
    return new Promise((resolve, reject) => {
      const request = httpRequest(
        { host: '127.0.0.1', port, path: `${pathname}${search}`, method, headers: { ...sent, host }, ...(signal ? { signal } : {}) },
        (answer) => {
          const { statusCode: status = 0 } = answer
          const received = new Headers(Object.entries(answer.headers).map(([name, value]) => [name, String(value)] as [string, string]))
          resolve(new Response(status === 204 ? null : (Readable.toWeb(answer) as ReadableStream), { status, headers: received }))
        },
      )
      request.on('error', reject).end(content)
    })
  }
