import { AwsV4Signer } from 'aws4fetch'
import { WindfallError } from '../../../shared/errors.ts'
import { backoffMs } from '../../kernel/backoff.ts'
import type { Clock } from '../../kernel/clock.ts'
import { type FetchLike, causeOf } from '../../kernel/http-exchange.ts'
import { readCapped } from '../../kernel/read-capped.ts'
import { sha256Hex } from '../../kernel/signing.ts'
import { readListing, refusalOf } from './s3-answers.ts'
import { type S3Keys, type S3Place, addressOf } from './s3-place.ts'

export interface S3Deps {
  readonly place: S3Place
  readonly keys: S3Keys
  readonly clock: Clock
  /** In [0, 1), for the waits between tries. */
  readonly random: () => number
  readonly fetch: FetchLike
}

interface S3Request {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'DELETE'
  readonly url: URL
  /** With its SHA-256, hex. */
  readonly body?: { readonly content: Blob; readonly sha256: string }
}

/** Until the head of an answer is there, and between two pieces of its body. */
export const ANSWER_MS = 15_000
/** Slower than this, bytes per second, an upload is given up. */
const SLOWEST = 50_000
const TRIES = 4
const ANSWER_BYTES = 4 * 1_048_576
const EMPTY = sha256Hex('')

/** Objects in a bucket, by keys below its prefix. Errors of every call: `unavailable` after four tries, `storage.failed` with what to do. */
export interface S3 {
  readonly has: (key: string) => Promise<boolean>
  /** How long an object is; `null` if there is none. Error: `storage.failed` if the store does not say. */
  readonly bytesOf: (key: string) => Promise<number | null>
  /** When an object was written last, epoch ms, infinity if the store does not say; `null` if there is none. */
  readonly writtenAt: (key: string) => Promise<number | null>
  /** `null` if there is none. A broken or stalled transfer ends with `unavailable`. */
  readonly get: (key: string) => Promise<{ readonly content: AsyncIterable<Uint8Array>; readonly bytes: number } | null>
  /** Returns the ETag, `null` if it tells nothing about the content. */
  readonly put: (key: string, body: { readonly content: Blob; readonly sha256: string }) => Promise<string | null>
  readonly remove: (key: string) => Promise<void>
  /** All keys that begin so, a page at a time. */
  readonly list: (start: string) => AsyncGenerator<readonly string[]>
}

export function createS3(deps: S3Deps): S3 {
  const { place } = deps
  const urlOf = (key: string) => addressOf(place, key)
  return {
    has: async (key) => (await ask(deps, { method: 'HEAD', url: urlOf(key) }, drained)) !== null,
    async bytesOf(key) {
      const headers = await ask(deps, { method: 'HEAD', url: urlOf(key) }, drained)
      const bytes = headers?.get('content-length') ?? null
      if (headers !== null && bytes === null) throw new WindfallError('storage.failed', `The bucket ${place.bucket} does not say how long ${key} is.`)
      return bytes === null ? null : Number(bytes)
    },
    async writtenAt(key) {
      const headers = await ask(deps, { method: 'HEAD', url: urlOf(key) }, drained)
      const at = headers === null ? null : Date.parse(headers.get('last-modified') ?? '')
      return at !== null && Number.isNaN(at) ? Number.POSITIVE_INFINITY : at
    },
    get: (key) =>
      ask(deps, { method: 'GET', url: urlOf(key) }, async ({ response, abort }) => ({
        content: unstalled(deps, response, abort),
        bytes: Number(response.headers.get('content-length') ?? Number.NaN),
      })),
    async put(key, body) {
      const headers = await ask(deps, { method: 'PUT', url: urlOf(key), body }, drained)
      const tag = /^"([0-9a-f]{32})"$/.exec(headers?.get('etag') ?? '')?.[1] ?? null
      return headers?.get('x-amz-server-side-encryption')?.startsWith('aws:kms') ? null : tag
    },
    remove: async (key) => void (await ask(deps, { method: 'DELETE', url: urlOf(key) }, drained)),
    async *list(start) {
      for (let after: string | null = '', known = new Set<string>(); after !== null; ) {
        const url = urlOf('')
        url.search = new URLSearchParams({ 'list-type': '2', prefix: `${place.prefix}${start}`, ...(after ? { 'continuation-token': after } : {}) }).toString()
        const body: Uint8Array | null = await ask(deps, { method: 'GET', url }, ({ response }) => readCapped(response.body ?? [], ANSWER_BYTES))
        const page = readListing(body ?? new Uint8Array())
        if (page.next !== null && known.has(page.next)) throw new WindfallError('storage.failed', `The list of objects in ${place.bucket} goes in circles.`)
        if (page.next !== null) known.add(page.next)
        yield page.keys.filter((key) => key.startsWith(`${place.prefix}${start}`)).map((key) => key.slice(place.prefix.length))
        after = page.next
      }
    },
  }
}

interface Answered {
  readonly response: Response
  readonly abort: AbortController
}

async function drained({ response }: Answered): Promise<Headers> {
  await readCapped(response.body ?? [], ANSWER_BYTES)
  return response.headers
}

/** One request, tried again while that may help. `null` if there is no such object. */
async function ask<T>(deps: S3Deps, request: S3Request, take: (answered: Answered) => Promise<T>): Promise<T | null> {
  const never = new AbortController().signal
  for (let tried = 0; ; tried += 1) {
    try {
      return await exchange(deps, request, take)
    } catch (error) {
      if (!(error instanceof WindfallError) || error.code !== 'unavailable' || tried + 1 >= TRIES) throw error
      await deps.clock.sleep(backoffMs(tried, deps.random(), { maxMs: 5_000 }), never)
    }
  }
}

async function exchange<T>(deps: S3Deps, request: S3Request, take: (answered: Answered) => Promise<T>): Promise<T | null> {
  const { clock, place } = deps
  const abort = new AbortController()
  const limitMs = ANSWER_MS + ((request.body?.content.size ?? 0) / SLOWEST) * 1_000
  return within({ clock, abort, limitMs, place }, async () => {
    const { url, headers } = await sign(deps, request)
    const body = request.body?.content ?? null
    const response = await deps.fetch(url.href, { method: request.method, headers, body, redirect: 'manual', signal: abort.signal })
    if (response.ok) return take({ response, abort })
    const refusal = await readCapped(response.body ?? [], ANSWER_BYTES)
    const isAbsent = response.status === 404 && !Buffer.from(refusal ?? []).includes('NoSuchBucket')
    if (isAbsent && request.method !== 'PUT' && url.search === '') return null
    throw refusalOf({ bucket: place.bucket, status: response.status, body: refusal ?? new Uint8Array(), skewMs: skewOf(response, clock.now()) })
  })
}

function skewOf(response: Response, now: number): number | null {
  const at = Date.parse(response.headers.get('date') ?? '')
  return Number.isNaN(at) ? null : at - now
}

/** AWS Signature Version 4, with the content’s hash signed too, so the store refuses any other. */
function sign({ place, keys, clock }: S3Deps, { method, url, body }: S3Request) {
  return new AwsV4Signer({
    method,
    url: url.href,
    headers: { 'x-amz-content-sha256': body?.sha256 ?? EMPTY },
    accessKeyId: keys.accessKeyId,
    secretAccessKey: keys.secretAccessKey,
    ...(keys.sessionToken === null ? {} : { sessionToken: keys.sessionToken }),
    service: 's3',
    region: place.region,
    datetime: new Date(clock.now()).toISOString().replaceAll(/[:-]|\.\d{3}/g, ''),
  }).sign()
}

interface Limit {
  readonly clock: Clock
  readonly abort: AbortController
  readonly limitMs: number
  readonly place: S3Place
}

/** Error: `unavailable` if it takes too long or the connection fails, naming the host and nothing else of the address. */
async function within<T>({ clock, abort, limitMs, place }: Limit, work: () => Promise<T>): Promise<T> {
  const { host } = addressOf(place, '')
  const finished = new AbortController()
  const late = clock.sleep(limitMs, finished.signal).then((expired) => {
    if (!expired) return new Promise<never>(() => undefined)
    abort.abort()
    throw abort.signal.reason
  })
  try {
    return await Promise.race([work(), late])
  } catch (error) {
    if (abort.signal.aborted) throw new WindfallError('unavailable', `The blob store ${host} did not answer within ${Math.round(limitMs / 1000)} s.`)
    if (error instanceof WindfallError) throw error
    throw new WindfallError('unavailable', `The blob store ${host} could not be reached (${causeOf(error)}).`, { cause: error })
  } finally {
    finished.abort()
  }
}

/** The body of an answer, given up when it stops coming. */
async function* unstalled({ clock, place }: S3Deps, response: Response, abort: AbortController): AsyncGenerator<Uint8Array> {
  if (response.body === null) return
  const chunks = response.body[Symbol.asyncIterator]()
  try {
    for (;;) {
      const next = await within({ clock, abort, limitMs: ANSWER_MS, place }, () => chunks.next())
      if (next.done) return
      yield next.value
    }
  } finally {
    abort.abort()
  }
}
