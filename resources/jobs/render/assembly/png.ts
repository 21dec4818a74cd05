// PNG (ISO/IEC 15948) with stored deflate blocks: larger than a compressed one, and the same bytes from every encoder that does likewise.

const MAX_STORED: i32 = 65535

class Writer {
  at: i32 = 0
  constructor(readonly bytes: Uint8Array) {}

  u8(value: i32): void {
    this.bytes[this.at++] = <u8>value
  }

  u16(value: i32): void {
    this.u8(value & 0xff)
    this.u8(value >> 8)
  }

  u32(value: u32): void {
    for (let shift = 24; shift >= 0; shift -= 8) this.u8((value >> shift) & 0xff)
  }

  text(value: string): void {
    for (let i = 0; i < value.length; i++) this.u8(value.charCodeAt(i))
  }
}

const crcTable = makeCrcTable()

function makeCrcTable(): StaticArray<u32> {
  const table = new StaticArray<u32>(256)
  for (let n: u32 = 0; n < 256; n++) {
    let c = n
    for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >> 1) : c >> 1
    table[n] = c
  }
  return table
}

function crc32(bytes: Uint8Array, from: i32, to: i32): u32 {
  let crc: u32 = 0xffffffff
  for (let i = from; i < to; i++) crc = crcTable[(crc ^ bytes[i]) & 0xff] ^ (crc >> 8)
  return crc ^ 0xffffffff
}

function adler32(bytes: Uint8Array): u32 {
  let a: u32 = 1
  let b: u32 = 0
  for (let i = 0; i < bytes.length; i++) {
    a = (a + bytes[i]) % 65521
    b = (b + a) % 65521
  }
  return (b << 16) | a
}

/** Image rows to a PNG file: 8 bit RGB, one filter byte (0) before each row of `scanlines`. */
export function encodePng(width: i32, height: i32, scanlines: Uint8Array): Uint8Array {
  const blocks = (scanlines.length + MAX_STORED - 1) / MAX_STORED
  const dataLength = 2 + blocks * 5 + scanlines.length + 4
  const out = new Writer(new Uint8Array(8 + 25 + 12 + dataLength + 12))
  out.u32(0x89504e47)
  out.u32(0x0d0a1a0a)
  const header = beginChunk(out, 'IHDR', 13)
  out.u32(width)
  out.u32(height)
  out.u8(8)
  out.u8(2)
  for (let i = 0; i < 3; i++) out.u8(0)
  endChunk(out, header)
  const data = beginChunk(out, 'IDAT', dataLength)
  deflateStored(out, scanlines)
  endChunk(out, data)
  endChunk(out, beginChunk(out, 'IEND', 0))
  return out.bytes
}

function beginChunk(out: Writer, type: string, length: i32): i32 {
  out.u32(length)
  const start = out.at
  out.text(type)
  return start
}

function endChunk(out: Writer, start: i32): void {
  out.u32(crc32(out.bytes, start, out.at))
}

function deflateStored(out: Writer, bytes: Uint8Array): void {
  out.u8(0x78)
  out.u8(0x01)
  for (let at = 0; at < bytes.length; at += MAX_STORED) {
    const length = min(MAX_STORED, bytes.length - at)
    out.u8(at + length == bytes.length ? 1 : 0)
    out.u16(length)
    out.u16(~length & 0xffff)
    out.bytes.set(bytes.subarray(at, at + length), out.at)
    out.at += length
  }
  out.u32(adler32(bytes))
}
