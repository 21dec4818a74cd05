import { mkdtempSync, readFileSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inflateSync } from 'node:zlib'
import { beforeAll, describe, expect, test } from 'vitest'
import { buildIcons } from './build.ts'

const directory = mkdtempSync(join(tmpdir(), 'windfall-icons-'))
beforeAll(() => buildIcons(directory))
const read = (name: string) => readFileSync(join(directory, name))
const STATES = ['earning', 'waiting', 'paused', 'attention', 'offline']

/** Width and alpha of each pixel of a PNG as it is made here: RGBA, no filters, one block of data. */
function decode(png: Buffer): { readonly size: number; readonly alpha: readonly number[] } {
  expect(png.subarray(1, 4).toString()).toBe('PNG')
  const size = png.readUInt32BE(16)
  const at = png.indexOf('IDAT')
  const rows = inflateSync(png.subarray(at + 4, at + 4 + png.readUInt32BE(at - 4)))
  const alpha = Array.from({ length: size * size }, (_, n) => rows[Math.floor(n / size) * (1 + size * 4) + 1 + (n % size) * 4 + 3] ?? 0)
  return { size, alpha }
}

function sizesOf(ico: Buffer): { readonly size: number; readonly png: Buffer }[] {
  expect([ico.readUInt16LE(0), ico.readUInt16LE(2)]).toEqual([0, 1])
  return Array.from({ length: ico.readUInt16LE(4) }, (_, n) => {
    const entry = 6 + 16 * n
    const from = ico.readUInt32LE(entry + 12)
    return { size: ico.readUInt8(entry), png: ico.subarray(from, from + ico.readUInt32LE(entry + 8)) }
  })
}

describe.each(STATES)('%s', (state) => {
  test('is there for every system, in every size it asks for', () => {
    expect(decode(read(`${state}Template.png`)).size).toBe(16)
    expect(decode(read(`${state}Template@2x.png`)).size).toBe(32)
    for (const bar of ['dark', 'light']) {
      expect(decode(read(`${state}-${bar}.png`)).size).toBe(22)
      expect(decode(read(`${state}-${bar}@2x.png`)).size).toBe(44)
      const ico = sizesOf(read(`${state}-${bar}.ico`))
      expect(ico.map(({ size }) => size)).toEqual([16, 20, 24, 32, 40, 48])
      for (const { size, png } of ico) expect(decode(png).size).toBe(size)
    }
  })
})

test('states differ by shape, so that nobody needs colour: at 16 px any two differ in a tenth of all pixels', () => {
  const shapes = STATES.map((state) => decode(read(`${state}Template.png`)).alpha)
  for (const [n, one] of shapes.entries())
    for (const other of shapes.slice(n + 1)) {
      const different = one.filter((alpha, pixel) => Math.abs(alpha - (other[pixel] ?? 0)) > 96).length
      expect(different / one.length).toBeGreaterThan(0.1)
    }
})

test('programs bear the sign in every size that their system asks for', () => {
  // 256 does not fit into its byte and is written as 0.
  expect(sizesOf(read('app.ico')).map(({ size, png }) => [size, decode(png).size])).toEqual([16, 24, 32, 48, 64, 128, 0].map((size) => [size, size || 256]))
  const icns = read('app.icns')
  expect([icns.toString('latin1', 0, 4), icns.readUInt32BE(4)]).toEqual(['icns', icns.length])
  const entries: [type: string, size: number][] = []
  for (let at = 8; at < icns.length; at += icns.readUInt32BE(at + 4)) entries.push([icns.toString('latin1', at, at + 4), icns.readUInt32BE(at + 8 + 16)])
  expect(entries).toEqual([
    ['ic07', 128],
    ['ic08', 256],
    ['ic09', 512],
    ['ic10', 1_024],
  ])
})

test('nothing else lies beside them', () => expect(readdirSync(directory)).toHaveLength(STATES.length * 8 + 3))
