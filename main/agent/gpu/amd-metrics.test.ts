import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseAmdMetrics } from './amd-metrics.ts'

/** 1 J is 65 536 units. */
const UNITS_PER_J = 65_536n

const table = (format: number, content: number, { at, units, size = 128 }: { at: number; units: bigint; size?: number }): Buffer => {
  const bytes = Buffer.alloc(128)
  bytes.writeUInt16LE(size, 0)
  bytes.writeUInt8(format, 2)
  bytes.writeUInt8(content, 3)
  bytes.writeBigUInt64LE(units, at)
  return bytes
}

test.each([
  [4, 24],
  [5, 88],
  [6, 88],
  [7, 24],
  [8, 24],
])('revision 1.%i has its energy counter at byte %i', (content, at) => {
  expect(parseAmdMetrics(table(1, content, { at, units: 12n * UNITS_PER_J }))).toEqual({ energyMj: 12_000, apu: false })
})

test.each([
  ['a revision whose unit nobody documents', table(1, 3, { at: 24, units: UNITS_PER_J })],
  ['a revision of the future', table(1, 9, { at: 24, units: UNITS_PER_J })],
  ['a counter that is dead', table(1, 4, { at: 24, units: 0n })],
  ['a counter that is not there', table(1, 4, { at: 24, units: 0xffff_ffff_ffff_ffffn })],
  ['a table that ends before its counter', table(1, 4, { at: 24, units: UNITS_PER_J, size: 24 })],
])('%s is no counter', (_name, bytes) => {
  expect(parseAmdMetrics(bytes)).toEqual({ energyMj: null, apu: false })
})

test.each([2, 3])('format %i is that of a processor with graphics', (format) => {
  expect(parseAmdMetrics(table(format, 1, { at: 24, units: 0n }))?.apu).toBe(true)
})

test('whatever the bytes, the answer is null or a figure above 0', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const energyMj = parseAmdMetrics(Buffer.from(bytes))?.energyMj ?? null
      expect(energyMj === null || (Number.isFinite(energyMj) && energyMj > 0)).toBe(true)
    }),
  )
})
