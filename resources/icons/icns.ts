import type { IconSize } from './ico.ts'

const HEADER_BYTES = 8

/** macOS names the entries of an icon by size and kind; of these kinds each holds a PNG (since macOS 10.7). */
const TYPES: Readonly<Record<number, string>> = { 128: 'ic07', 256: 'ic08', 512: 'ic09', 1024: 'ic10' }

/** One `.icns` file of all sizes, each of them 128, 256, 512 or 1,024 pixels. */
export function packIcns(sizes: readonly IconSize[]): Buffer {
  const entries = sizes.map(({ size, png }) => block(TYPES[size] ?? '', png))
  return block('icns', Buffer.concat(entries))
}

/** Four letters, and how long it is with them. */
function block(type: string, content: Buffer): Buffer {
  const header = Buffer.alloc(HEADER_BYTES)
  header.write(type, 'latin1')
  header.writeUInt32BE(HEADER_BYTES + content.length, 4)
  return Buffer.concat([header, content])
}
