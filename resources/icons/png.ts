import { crc32, deflateSync } from 'node:zlib'
import type { Shape } from './shapes.ts'

export type Colour = readonly [red: number, green: number, blue: number]
export interface Layer {
  readonly shape: Shape
  readonly colour: Colour
}

/** Samples per pixel and axis: enough for edges without steps at 16 px. */
const SAMPLES = 4

/** Paints layers over each other on a transparent square of `size` pixels. Returns a PNG file (RGBA, 8 bit). */
export function paint(size: number, layers: readonly Layer[]): Buffer {
  const rows: Buffer[] = []
  for (let y = 0; y < size; y++) {
    const row = Buffer.alloc(1 + size * 4)
    for (let x = 0; x < size; x++) row.set(pixel(x, y, { size, layers }), 1 + x * 4)
    rows.push(row)
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(size, 0)
  header.writeUInt32BE(size, 4)
  header.set([8, 6], 8)
  const signature = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10])
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', deflateSync(Buffer.concat(rows), { level: 9 })), chunk('IEND', Buffer.alloc(0))])
}

/** Each layer covers what is below it by the share of samples it fills (source over). */
function pixel(x: number, y: number, { size, layers }: { size: number; layers: readonly Layer[] }): readonly number[] {
  let [red, green, blue, alpha] = [0, 0, 0, 0]
  for (const { shape, colour } of layers) {
    const cover = coverage(x, y, { size, shape })
    const out = cover + alpha * (1 - cover)
    if (out === 0) continue
    const mix = (over: number, under: number) => (over * cover + under * alpha * (1 - cover)) / out
    ;[red, green, blue, alpha] = [mix(colour[0], red), mix(colour[1], green), mix(colour[2], blue), out]
  }
  return [red, green, blue, alpha * 255].map(Math.round)
}

function coverage(x: number, y: number, { size, shape }: { size: number; shape: Shape }): number {
  let hits = 0
  for (let i = 0; i < SAMPLES; i++) {
    for (let j = 0; j < SAMPLES; j++) if (shape((x + (i + 0.5) / SAMPLES) / size, (y + (j + 0.5) / SAMPLES) / size)) hits++
  }
  return hits / SAMPLES ** 2
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const out = Buffer.alloc(body.length + 8)
  out.writeUInt32BE(data.length, 0)
  body.copy(out, 4)
  out.writeUInt32BE(crc32(body), out.length - 4)
  return out
}
