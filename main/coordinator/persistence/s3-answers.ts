/** What an S3-compatible store answers in XML (Amazon S3 API Reference: ListObjectsV2, Error Responses). */
import { XMLParser } from 'fast-xml-parser'
import { z } from 'zod'
import { WindfallError } from '../../../shared/errors.ts'

/** Numbers stay text, so that nothing is guessed, and no entity is expanded. */
const parser = new XMLParser({
  ignoreAttributes: true,
  parseTagValue: false,
  processEntities: false,
  removeNSPrefix: true,
  maxNestedTags: 10,
  jPath: false,
  isArray: (name) => name === 'Contents',
})

const Listing = z.object({
  ListBucketResult: z.object({
    IsTruncated: z.enum(['true', 'false']).default('false'),
    NextContinuationToken: z.string().max(4_096).optional(),
    Contents: z
      .array(z.object({ Key: z.string().max(1_024) }))
      .max(1_000)
      .default([]),
  }),
})

const Refusal = z.object({ Error: z.object({ Code: z.string().max(100), Region: z.string().max(60).optional() }) })

function readXml(body: Uint8Array): unknown {
  try {
    return parser.parse(Buffer.from(body).toString('utf8'))
  } catch {
    return null
  }
}

/** One page of keys, and what the next begins with. Error: `storage.failed`. */
export function readListing(body: Uint8Array): { readonly keys: readonly string[]; readonly next: string | null } {
  const result = Listing.safeParse(readXml(body))
  if (!result.success) throw new WindfallError('storage.failed', 'The bucket’s list of objects cannot be read. Is the endpoint that of an S3-compatible store?')
  const { IsTruncated, NextContinuationToken, Contents } = result.data.ListBucketResult
  return { keys: Contents.map(({ Key }) => Key), next: IsTruncated === 'true' ? (NextContinuationToken ?? null) : null }
}

interface Refused {
  readonly bucket: string
  readonly status: number
  readonly body: Uint8Array
  /** How far the store’s clock is from ours, milliseconds; `null` if it does not say. */
  readonly skewMs: number | null
}

const RIGHTS = 'It needs s3:ListBucket on the bucket and s3:GetObject, s3:PutObject and s3:DeleteObject on what is in it'
const ADVICE: Readonly<Record<string, string>> = {
  NoSuchBucket: 'There is no such bucket. Create it, or set WINDFALL_S3_BUCKET',
  InvalidAccessKeyId: 'The store does not know the access key. Set AWS_ACCESS_KEY_ID, or mend WINDFALL_S3_CREDENTIALS_FILE',
  SignatureDoesNotMatch: 'The secret access key does not belong to the access key. Set AWS_SECRET_ACCESS_KEY, or mend WINDFALL_S3_CREDENTIALS_FILE',
  ExpiredToken: 'The session token has run out. Set new keys and start again',
  InvalidToken: 'The session token is not valid. Set new keys and start again',
  RequestTimeTooSkewed: 'The clock of this machine is wrong. Set it, by NTP for good',
  AccessDenied: `The access key may not do this. ${RIGHTS}`,
  AllAccessDisabled: 'The store has closed the bucket. Ask whoever runs it',
  AuthorizationHeaderMalformed: 'The bucket is in another region. Set WINDFALL_S3_REGION',
  PermanentRedirect: 'The bucket is in another region. Set WINDFALL_S3_REGION, and WINDFALL_S3_ENDPOINT if it is set',
  QuotaExceeded: 'The bucket is full. Make room in it',
  EntityTooLarge: 'The store takes no object of this size',
}
const MAX_SKEW_MS = 15 * 60_000
const PASSING: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504])
const AGAIN: ReadonlySet<string> = new Set(['SlowDown', 'RequestTimeout', 'InternalError', 'ServiceUnavailable', 'Throttling', 'ThrottlingException'])

/** What an answer that is no success means: `storage.failed` with what to do, or `unavailable` if asking again may help. */
export function refusalOf({ bucket, status, body, skewMs }: Refused): WindfallError {
  const parsed = Refusal.safeParse(readXml(body))
  const code = parsed.success ? parsed.data.Error.Code : statusCode(status, skewMs)
  if (PASSING.has(status) || AGAIN.has(code))
    return new WindfallError('unavailable', `The bucket ${bucket} cannot be reached just now (HTTP ${status}${code === '' ? '' : ` ${code}`}).`)
  const region = parsed.success && parsed.data.Error.Region !== undefined ? ` (${parsed.data.Error.Region})` : ''
  const advice = status === 507 ? ADVICE['QuotaExceeded'] : ADVICE[code]
  return new WindfallError(
    'storage.failed',
    `The bucket ${bucket} refused a request (HTTP ${status}${code === '' ? '' : ` ${code}`}).${advice === undefined ? '' : ` ${advice}${region}.`}`,
  )
}

/** A HEAD is refused without words. */
const statusCode = (status: number, skewMs: number | null): string => {
  if (status === 403) return skewMs !== null && Math.abs(skewMs) > MAX_SKEW_MS ? 'RequestTimeTooSkewed' : 'AccessDenied'
  return status === 301 || status === 307 ? 'PermanentRedirect' : ''
}
