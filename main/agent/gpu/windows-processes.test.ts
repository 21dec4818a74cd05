import { expect, test, vi } from 'vitest'
import { createFakeClock } from '../../kernel/clock.fake.ts'
import { type PowerSample, type PowerSource, emptySample } from '../power-source.ts'
import { now } from './moment.ts'
import { adapterOf, createGpuUses, withWindowsProcesses } from './windows-processes.ts'
import type { AdapterUse } from './windows-protocol.ts'

const signal = new AbortController().signal
const adapter = (traits: Partial<AdapterUse>): AdapterUse => ({
  luid: '0x0_0x1',
  busId: '0000:01:00.0',
  vendorId: 0x10de,
  deviceId: 0x2684,
  busy: 0.8,
  memoryBytes: 100,
  pids: [4242],
  ...traits,
})
const sourceWith = (sample: Partial<PowerSample>, kind: 'gpu' | 'cpu' = 'gpu') =>
  ({ device: { kind, busId: '0000:01:00.0' }, sample: async () => ({ ...emptySample(now(createFakeClock()), 'ok'), ...sample }) }) as unknown as PowerSource

test('the address on the bus decides which adapter is the card', () => {
  const uses = [adapter({ busId: '0000:00:02.0', pids: [1] }), adapter({ pids: [2] })]
  expect(adapterOf('0000:01:00.0', uses)?.pids).toEqual([2])
})

test('without an address the only adapter is the card, and one of several is not guessed', () => {
  const nowhere = adapter({ busId: null })
  expect(adapterOf('0000:01:00.0', [nowhere])).toBe(nowhere)
  expect(adapterOf('0000:01:00.0', [nowhere, adapter({ busId: null, luid: 'other' })])).toBeNull()
  expect(adapterOf('0000:01:00.0', [adapter({ busId: '0000:07:00.0' })])).toBeNull()
  expect(adapterOf('0000:01:00.0', [])).toBeNull()
})

test("Windows says who uses the card; the driver's own figures stay", async () => {
  const uses = { look: async () => [adapter({})] }
  expect(await withWindowsProcesses(sourceWith({ processes: [1, 2, 3], busy: 0.5 }), uses).sample(signal)).toMatchObject({
    processes: [4242],
    busy: 0.5,
    memoryUsedBytes: 100,
  })
  expect(await withWindowsProcesses(sourceWith({}), uses).sample(signal)).toMatchObject({ busy: 0.8 })
})

test('where Windows does not answer nothing is made up', async () => {
  const uses = { look: async () => null }
  expect(await withWindowsProcesses(sourceWith({ processes: [1] }), uses).sample(signal)).toMatchObject({ processes: [1], busy: null, memoryUsedBytes: null })
})

test('a card that sleeps is not asked about', async () => {
  const look = vi.fn(async () => [adapter({})])
  expect(await withWindowsProcesses(sourceWith({ status: 'asleep' }), { look }).sample(signal)).toMatchObject({ status: 'asleep', processes: null })
  expect(look).not.toHaveBeenCalled()
})

test('a source stays the same object, and a processor is left as it is', () => {
  const uses = { look: async () => null }
  const [gpu, cpu] = [sourceWith({}), sourceWith({}, 'cpu')]
  expect(withWindowsProcesses(gpu, uses)).toBe(withWindowsProcesses(gpu, uses))
  expect(withWindowsProcesses(cpu, uses)).toBe(cpu)
})

test('what changes about the source changes about the decorated one', () => {
  let method: PowerSource['method'] = 'counter'
  const decorated = withWindowsProcesses(
    {
      ...sourceWith({}),
      get method() {
        return method
      },
    },
    { look: async () => null },
  )
  method = 'power-instant'
  expect(decorated.method).toBe('power-instant')
})

test('one look serves all cards of a round', async () => {
  const clock = createFakeClock()
  const ask = vi.fn(async () => ({ adapters: [adapter({})] }))
  const uses = createGpuUses({ host: { ask, rest: () => undefined }, clock })
  await Promise.all([uses.look(signal), uses.look(signal)])
  expect(ask).toHaveBeenCalledTimes(1)
  await clock.advance(900)
  await uses.look(signal)
  expect(ask).toHaveBeenCalledTimes(2)
})
