import { inflateSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { smallPng } from './small-png.ts'

const RED = [163, 48, 31, 255]
const GREEN = [31, 107, 69, 255]
const chunkOf = (png: Buffer, type: string): Buffer => {
  const at = png.indexOf(type, 0, 'latin1')
  return png.subarray(at + 4, at + 4 + png.readUInt32BE(at - 4))
}

test('few colours are kept exactly, the most frequent first', () => {
  const png = smallPng({ width: 2, height: 2, rgba: Uint8Array.from([RED, GREEN, GREEN, GREEN].flat()) })
  expect([...chunkOf(png, 'PLTE')]).toEqual([...GREEN.slice(0, 3), ...RED.slice(0, 3)])
  expect([...inflateSync(chunkOf(png, 'IDAT'))]).toEqual([0, 1, 0, 0, 0, 0])
})

test('of too many colours, the rare ones become their nearest', () => {
  const greys = Array.from({ length: 256 }, (_, level) => [level, level, level, 255])
  const rgba = Uint8Array.from([...greys, ...greys, [200, 201, 200, 255], [9, 9, 8, 255]].flat())
  const png = smallPng({ width: 257, height: 2, rgba })
  const [palette, rows] = [chunkOf(png, 'PLTE'), inflateSync(chunkOf(png, 'IDAT'))]
  expect(palette).toHaveLength(3 * 256)
  expect([...rows.subarray(-2)].map((place) => palette[place * 3])).toEqual([200, 9])
})
