export interface TarEntry {
  readonly path: string
  readonly mode: number
  /** Absent: a folder. */
  readonly content?: Uint8Array
}

const BLOCK = 512

/** A POSIX ustar archive that depends on nothing but its entries: owner 0:0, time 0, in the given order. Paths up to 100 bytes. */
export function tar(entries: readonly TarEntry[]): Uint8Array {
  return Buffer.concat([
    ...entries.flatMap((entry) => [header(entry), entry.content ?? new Uint8Array(), padding(entry.content?.length ?? 0)]),
    Buffer.alloc(2 * BLOCK),
  ])
}

const padding = (length: number): Uint8Array => new Uint8Array((BLOCK - (length % BLOCK)) % BLOCK)
const octal = (value: number, width: number): string => `${value.toString(8).padStart(width - 1, '0')}\0`

function header({ path, mode, content }: TarEntry): Uint8Array {
  if (Buffer.byteLength(path) > 100) throw new RangeError(`path too long for ustar: ${path}`)
  const block = Buffer.alloc(BLOCK)
  block.write(path, 0)
  block.write(octal(mode, 8), 100)
  block.write(octal(0, 8), 108)
  block.write(octal(0, 8), 116)
  block.write(octal(content?.length ?? 0, 12), 124)
  block.write(octal(0, 12), 136)
  block.write(' '.repeat(8), 148)
  block.write(content ? '0' : '5', 156)
  block.write('ustar\u000000', 257)
  const sum = block.reduce((total, byte) => total + byte, 0)
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return block
}
