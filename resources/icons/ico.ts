/** Windows keeps an icon in several sizes in one file, each of them a PNG (since Windows Vista). */
const HEADER_BYTES = 6
const ENTRY_BYTES = 16
const ICON = 1
const BITS_PER_PIXEL = 32

export interface IconSize {
  /** Pixels, at most 256. */
  readonly size: number
  readonly png: Buffer
}

/** One `.ico` file of all sizes. */
export function packIco(sizes: readonly IconSize[]): Buffer {
  const header = Buffer.alloc(HEADER_BYTES)
  header.writeUInt16LE(ICON, 2)
  header.writeUInt16LE(sizes.length, 4)
  let offset = HEADER_BYTES + ENTRY_BYTES * sizes.length
  const entries = sizes.map(({ size, png }) => {
    const entry = Buffer.alloc(ENTRY_BYTES)
    // A size of 256 does not fit into its byte and is written as 0.
    entry.writeUInt8(size % 256, 0)
    entry.writeUInt8(size % 256, 1)
    entry.writeUInt16LE(1, 4)
    entry.writeUInt16LE(BITS_PER_PIXEL, 6)
    entry.writeUInt32LE(png.length, 8)
    entry.writeUInt32LE(offset, 12)
    offset += png.length
    return entry
  })
  return Buffer.concat([header, ...entries, ...sizes.map(({ png }) => png)])
}
