/** Pictures of a window hold few colours that anybody can tell apart: 256 of them make files a third as large (PNG 1.2, palette, 8 bit). */
import { crc32, deflateSync } from 'node:zlib'

/** `rgba`: four bytes a pixel, rows from the top. Every pixel covers what is below it. */
export interface Pixels {
  readonly width: number
  readonly height: number
  readonly rgba: Uint8Array
}

const COLOURS = 256

/** A PNG file of these pixels: exact where there are at most 256 colours, otherwise each pixel in the nearest of the 256 most frequent. */
export function smallPng({ width, height, rgba }: Pixels): Buffer {
  const colours = coloursOf(rgba)
  const counts = new Map<number, number>()
  for (const colour of colours) counts.set(colour, (counts.get(colour) ?? 0) + 1)
  const palette = [...counts]
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, COLOURS)
    .map(([colour]) => colour)
  const places = new Map(palette.map((colour, place) => [colour, place]))
  for (const colour of counts.keys()) if (!places.has(colour)) places.set(colour, nearest(palette, colour))
  const rows = Buffer.alloc((width + 1) * height)
  colours.forEach((colour, at) => (rows[at + 1 + Math.floor(at / width)] = places.get(colour) ?? 0))
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 3], 8)
  const chunks: [string, Uint8Array][] = [
    ['IHDR', header],
    ['PLTE', Buffer.from(palette.flatMap(channels))],
    ['IDAT', deflateSync(rows, { level: 9 })],
    ['IEND', Buffer.alloc(0)],
  ]
  return Buffer.concat([Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]), ...chunks.map(chunk)])
}

const channels = (colour: number): [number, number, number] => [colour >> 16, (colour >> 8) & 255, colour & 255]

function coloursOf(rgba: Uint8Array): Uint32Array {
  const colours = new Uint32Array(rgba.length / 4)
  for (let at = 0; at < colours.length; at++) colours[at] = ((rgba[at * 4] ?? 0) << 16) | ((rgba[at * 4 + 1] ?? 0) << 8) | (rgba[at * 4 + 2] ?? 0)
  return colours
}

function nearest(palette: readonly number[], colour: number): number {
  const [red, green, blue] = channels(colour)
  const distances = palette.map((other) => {
    const [r, g, b] = channels(other)
    return (r - red) ** 2 + (g - green) ** 2 + (b - blue) ** 2
  })
  return distances.indexOf(Math.min(...distances))
}

function chunk([type, data]: [string, Uint8Array]): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(data.length)
  sum.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, sum])
}
