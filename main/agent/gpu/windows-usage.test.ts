import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseCounterItems, parseInstance } from './windows-instances.ts'
import { AdapterUse } from './windows-protocol.ts'
import { adapterUses } from './windows-usage.ts'

const LUID = '0x00000000_0x0000c739'
const engine = (pid: number, eng: number, value: number, luid = LUID) => ({ instance: `pid_${pid}_luid_${luid}_phys_0_eng_${eng}_engtype_3D`, value })

test.each([
  ['pid_1234_luid_0x00000000_0x0000C739_phys_0_eng_3_engtype_3D', { luid: LUID, pid: 1234, engine: '_phys_0_eng_3_engtype_3D' }],
  ['pid_1234_luid_0x00000000_0x0000C739_phys_0_eng_3_engtype_Compute_0', { luid: LUID, pid: 1234 }],
  ['luid_0x00000000_0x0000C739_phys_0', { luid: LUID, pid: null, engine: null }],
  ['luid_0x00000000_0x0000C739_phys_0_part_0', { luid: LUID, pid: null, engine: null }],
])('%s', (text, parsed) => {
  expect(parseInstance(text)).toMatchObject(parsed)
})

test.each(['', '_Total', 'pid_1234', 'pid_x_luid_0x0_0x1', 'luid_12_34_phys_0', 'pid_1_luid_0x00000000000_0x1'])(
  '%j is not an instance of a GPU counter',
  (text) => {
    expect(parseInstance(text)).toBeNull()
  },
)

test('processes on one engine add up, and the busiest engine speaks for the adapter', () => {
  expect(adapterUses({ engines: [engine(1, 0, 40), engine(2, 0, 30), engine(2, 1, 60)], memory: null })).toEqual([
    { luid: LUID, busy: expect.closeTo(0.7, 9), memoryBytes: null, pids: [1, 2] },
  ])
})

test('who hardly lets the GPU work is no user of it', () => {
  expect(adapterUses({ engines: [engine(1, 0, 0.4), engine(2, 0, 5)], memory: null })[0]?.pids).toEqual([2])
})

test('without a second look nobody is said to be idle', () => {
  const memory = [{ instance: `luid_${LUID}_phys_0`, value: 1024 }]
  expect(adapterUses({ engines: null, memory })).toEqual([{ luid: LUID, busy: null, memoryBytes: 1024, pids: null }])
  expect(adapterUses({ engines: [], memory })).toEqual([{ luid: LUID, busy: 0, memoryBytes: 1024, pids: [] }])
})

test('whatever Windows says, the answer is one that the agent understands', () => {
  const instance = fc.oneof(
    fc.string(),
    fc.tuple(fc.nat(), fc.nat(0xffff), fc.nat(9)).map(([pid, luid, eng]) => engine(pid, eng, 0, `0x0_0x${luid.toString(16)}`).instance),
  )
  const items = fc.option(fc.array(fc.record({ instance, value: fc.double({ min: 0, max: Number.MAX_SAFE_INTEGER, noNaN: true }) })))
  fc.assert(
    fc.property(items, items, (engines, memory) => {
      for (const use of adapterUses({ engines, memory })) AdapterUse.parse({ ...use, busId: null, vendorId: null, deviceId: null })
    }),
  )
})

test('no bytes make the reader of counter arrays throw or give a figure that is not one', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), fc.nat(40), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), fc.boolean(), (bytes, count, address, integers) => {
      for (const { value } of parseCounterItems(Buffer.from(bytes), { count, address, integers })) expect(Number.isFinite(value) && value >= 0).toBe(true)
    }),
  )
})
