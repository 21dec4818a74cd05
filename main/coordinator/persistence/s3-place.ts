import { WindfallError } from '../../../shared/errors.ts'
import { readPrivateFile } from '../../kernel/key-file.ts'

/** Where a bucket of an S3-compatible store is. */
export interface S3Place {
  readonly bucket: string
  /** `null`: that of AWS in `region`. */
  readonly endpoint: string | null
  readonly region: string
  /** Before every key: empty, or a path that ends with `/`. */
  readonly prefix: string
  /** `null`: the bucket is in the path of an endpoint of one’s own, in the host name of AWS. */
  readonly pathStyle: boolean | null
}

/** Secret. */
export interface S3Keys {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string | null
}

/** The address of an object, or of the bucket itself for an empty key. */
export function addressOf({ bucket, endpoint, region, prefix, pathStyle }: S3Place, key: string): URL {
  const url = new URL(endpoint ?? `https://s3.${region}.amazonaws.com`)
  // A certificate for *.s3.… covers no further dot.
  const inPath = pathStyle ?? (endpoint !== null || bucket.includes('.'))
  const base = url.pathname.replace(/\/$/, '')
  if (!inPath) url.hostname = `${bucket}.${url.hostname}`
  url.pathname = `${base}${inPath ? `/${bucket}` : ''}/${key === '' ? '' : `${prefix}${key}`}`
  return url
}

/** Reads the section `[default]` of a file in the format of `~/.aws/credentials`. Error: `config.invalid` if it is missing, incomplete or others may read it. */
export function readS3Keys(file: string): S3Keys {
  const text = readPrivateFile(file)
  if (text === null) throw new WindfallError('config.invalid', `There is no file ${file} with the keys of the bucket.`)
  const values = new Map<string, string>()
  let section = 'default'
  for (const line of text.split('\n')) {
    section = /^\s*\[(.+)\]/.exec(line)?.[1]?.trim() ?? section
    const [, key, value] = /^\s*(\w+)\s*=\s*(\S+)\s*$/.exec(line) ?? []
    if (section === 'default' && key !== undefined && value !== undefined) values.set(key.toLowerCase(), value)
  }
  const [accessKeyId, secretAccessKey] = [values.get('aws_access_key_id'), values.get('aws_secret_access_key')]
  if (accessKeyId === undefined || secretAccessKey === undefined)
    throw new WindfallError('config.invalid', `${file} needs the lines aws_access_key_id = … and aws_secret_access_key = … under [default].`)
  return { accessKeyId, secretAccessKey, sessionToken: values.get('aws_session_token') ?? null }
}
