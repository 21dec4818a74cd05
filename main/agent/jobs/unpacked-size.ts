import { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'

/** What an engine also unpacks, and `docker save` never makes: bzip2, xz, zstd. */
const OTHER_FORMATS = ['425a68', 'fd377a585a00', '28b52ffd'].map((magic) => Buffer.from(magic, 'hex'))

export const isGzip = (bytes: Buffer): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b

/** Whether an engine would unpack these layers, plain or in gzip, to more than `limit` bytes. Rejects if one is damaged. */
export async function unpacksBeyond(layers: readonly Buffer[], limit: number): Promise<boolean> {
  let left = limit
  for (const layer of layers) {
    if (!isGzip(layer)) left -= layer.length
    else for await (const chunk of Readable.from([layer]).pipe(createGunzip())) if ((left -= (chunk as Buffer).length) < 0) break
    if (left < 0) return true
  }
  return false
}

/** Whether a layer is packed in a way whose size cannot be told here. */
export const isOddlyPacked = (layer: Buffer): boolean => OTHER_FORMATS.some((magic) => layer.subarray(0, magic.length).equals(magic))
