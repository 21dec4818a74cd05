import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { energyOfChannel, isPackageChannel, parseEmiChannels } from './emi-metadata.ts'

const u16 = (value: number) => Buffer.from([value & 0xff, value >> 8])
const text = (value: string) => Buffer.from(`${value}\0`, 'utf16le')
const channel = (name: string, unit = 0) => Buffer.concat([Buffer.from([unit, 0, 0, 0]), u16(text(name).length), text(name)])

test('version 2 lists its channels one after the other', () => {
  const bytes = Buffer.concat([Buffer.alloc(66), u16(3), channel('RAPL_Package0_PKG'), channel('RAPL_Package0_DRAM'), channel('Other', 7)])
  expect(parseEmiChannels(2, bytes)).toEqual(['RAPL_Package0_PKG', 'RAPL_Package0_DRAM', null])
})

test('version 1 has one', () => {
  const name = text('CPU')
  expect(parseEmiChannels(1, Buffer.concat([Buffer.alloc(70), u16(name.length), name]))).toEqual(['CPU'])
})

test.each([
  ['RAPL_Package0_PKG', true],
  ['RAPL_Package12_PKG', true],
  ['RAPL_Package0_PP0', false],
  ['RAPL_Package0_DRAM', false],
  ['RAPL_Package0_Core0_CORE', false],
  [null, false],
])('%s: a whole processor? %s', (name, expected) => {
  expect(isPackageChannel(name)).toBe(expected)
})

test('a picowatt-hour is 3.6 nJ, and a channel that is dead or not there is no 0', () => {
  const bytes = Buffer.alloc(32)
  bytes.writeBigUInt64LE(1_000_000_000_000n, 16)
  expect([0, 1, 2].map((index) => energyOfChannel(bytes, index))).toEqual([null, 3_600_000, null])
})

test('no bytes make it throw', () => {
  fc.assert(
    fc.property(fc.nat(3), fc.uint8Array({ maxLength: 300 }), (version, bytes) => {
      expect(parseEmiChannels(version, Buffer.from(bytes)).length).toBeLessThanOrEqual(256)
    }),
  )
})
