import { createHash } from 'node:crypto'
import type { Readable } from 'node:stream'
import { WindfallError } from '../../../shared/errors.ts'

const DIGEST = /^sha256:([0-9a-f]{64})$/

/** Content-addressed bytes. `digest` is `sha256:` and 64 hexadecimal digits. Error of every call: `unavailable` or `storage.failed` if the store does not work. */
export interface Blobs {
  readonly has: (digest: string) => Promise<boolean>
  /** How long it is, without reading it; `null` if it is not there. */
  readonly bytesOf: (digest: string) => Promise<number | null>
  /** Error: `not-found`. */
  readonly read: (digest: string) => Promise<Uint8Array>
  /** What is streamed ends with an error, before its last bytes, if it is not what its digest says. Error: `not-found`. */
  readonly stream: (digest: string) => Promise<{ readonly content: Readable; readonly bytes: number }>
  /**
   * Keeps what `source` yields, durably and all at once, and returns its digest.
   * Errors: `input.too-large` beyond `maxBytes`, `input.invalid` if it is not what `expected` says.
   */
  readonly write: (source: AsyncIterable<Uint8Array>, limits: { readonly maxBytes: number; readonly expected: string | null }) => Promise<string>
  /** Removes a blob, unless it was written at or after `before` (epoch ms on the clock of the store): somebody is about to use it again. */
  readonly remove: (digest: string, before: number) => Promise<void>
  /** Removes every blob whose hash (hex) is not among the wanted, and what an earlier process did not finish writing. */
  readonly sweep: (wanted: () => Promise<ReadonlySet<string>>) => Promise<void>
}

/** The hash (hex) in a digest, `null` if it is none. */
export const hexOf = (digest: string): string | null => DIGEST.exec(digest)?.[1] ?? null

export const missingBlob = (digest: string): WindfallError => new WindfallError('not-found', `There is no blob ${digest} here.`)

/** Passes content on while it is hashed. The last piece is held back until the hash is known to be right, so what was altered never arrives whole. Error: `storage.failed`. */
export async function* rehashed(content: AsyncIterable<Uint8Array>, hex: string): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256')
  let held: Uint8Array | null = null
  for await (const chunk of content) {
    hash.update(chunk)
    if (held !== null) yield held
    held = chunk
  }
  if (hash.digest('hex') !== hex)
    throw new WindfallError('storage.failed', `What is stored as sha256:${hex} is something else. Remove it from the store and upload it again.`)
  if (held !== null) yield held
}
