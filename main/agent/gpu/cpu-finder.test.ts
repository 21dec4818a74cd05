import { expect, onTestFinished, test } from 'vitest'
import { createFakeClock } from '../../kernel/clock.fake.ts'
import type { PowerSource } from '../power-source.ts'
import { createCpuFinder, withoutSpareEstimate } from './cpu-finder.ts'
import { PACKAGE_ZONE } from './powercap.fixture.ts'
import { createFakeTree } from './sysfs.fake.ts'

const signal = new AbortController().signal
const CPUINFO = [0, 1]
  .map((thread) => `processor : ${thread}\nvendor_id : AuthenticAMD\nmodel name : AMD Ryzen 5 5600\nphysical id : 0\ncore id : 0`)
  .join('\n\n')

const setUp = () => {
  const [sys, proc] = [createFakeTree(), createFakeTree({ cpuinfo: CPUINFO, stat: 'cpu  1000 0 500 9000 100 0 20 50 0 0' })]
  onTestFinished(() => [sys, proc].forEach((tree) => tree[Symbol.dispose]()))
  const zone = (folder: string, files: Readonly<Record<string, string | number>> = {}) => {
    for (const [name, value] of Object.entries({ ...PACKAGE_ZONE, ...files })) sys.write(`class/powercap/${folder}/${name}`, value)
  }
  /** Reading a folder fails for every user, root included. */
  const locked = (folder: string, name = 'package-0') => {
    sys.write(`class/powercap/${folder}/name`, name)
    sys.write(`class/powercap/${folder}/energy_uj/folder`, '')
  }
  const finder = createCpuFinder({ clock: createFakeClock(), sysRoot: sys.root, procRoot: proc.root })
  return { sys, proc, zone, locked, find: () => finder.find([], signal) }
}

test('packages are told by name, each once; platform and memory zones are not packages', async () => {
  const { zone, find } = setUp()
  zone('intel-rapl-mmio:0')
  zone('intel-rapl:0')
  zone('intel-rapl:0:0', { name: 'core' })
  zone('intel-rapl:1', { name: 'psys' })
  zone('intel-rapl:2', { name: 'package-1', energy_uj: 5_000_000 })
  zone('intel-rapl:3', { name: 'dram' })
  const { sources, seen } = await find()
  expect(seen).toEqual([])
  expect(sources.map(({ method, device, sensor }) => [method, device.uuid, device.powerLimitW, sensor.wrapMj])).toEqual([
    ['rapl', 'AMD Ryzen 5 5600 package-0', 88, 262_143_328.85],
    ['rapl', 'AMD Ryzen 5 5600 package-1', 88, 262_143_328.85],
  ])
  expect(await sources[0]?.sample(signal)).toMatchObject({ energyMj: 262_143_000, status: 'ok' })
})

test('a laptop whose main zone is locked is read by its memory-mapped twin', async () => {
  const { zone, locked, find } = setUp()
  locked('intel-rapl:0')
  zone('intel-rapl-mmio:0')
  expect(await find()).toMatchObject({ sources: [{ method: 'rapl' }], seen: [] })
})

test('a counter that cannot be read is reported with the ways to allow it, once and for good, and their price', async () => {
  const { locked, find } = setUp()
  locked('intel-rapl:0')
  const { sources, seen } = await find()
  expect(sources.map(({ method }) => method)).toEqual(['estimate'])
  expect(seen).toMatchObject([{ kind: 'cpu', reason: 'unreadable' }])
  for (const part of ['sudo chmod a+r', '/etc/udev/rules.d/', 'group energy', 'CVE-2020-8694']) expect(seen[0]?.advice).toContain(part)
})

test('the advice for the real paths fits where it is shown', async () => {
  const { sys, locked, find } = setUp()
  locked('intel-rapl-mmio:0')
  const advice = (await find()).seen[0]?.advice.replaceAll(sys.root, '/sys') ?? ''
  expect(advice.length).toBeLessThanOrEqual(500)
})

test('of two packages the readable one is read and the other one explained', async () => {
  const { zone, locked, find } = setUp()
  zone('intel-rapl:0')
  locked('intel-rapl:1', 'package-1')
  expect(await find()).toMatchObject({ sources: [{ device: { uuid: 'AMD Ryzen 5 5600 package-0' } }], seen: [{ reason: 'unreadable' }] })
})

test('once it was allowed the estimate gives way, and then the source stays the same', async () => {
  const { sys, zone, find } = setUp()
  expect((await find()).sources[0]?.method).toBe('estimate')
  zone('intel-rapl:0')
  const [source] = (await find()).sources
  expect(source?.method).toBe('rapl')
  expect((await find()).sources[0]).toBe(source)
  sys.write('class/powercap/intel-rapl:0/energy_uj', '')
  expect(await source?.sample(signal)).toMatchObject({ energyMj: null, status: 'unavailable' })
})

test('a machine that lets nothing be read gets an estimate, and it is called one', async () => {
  const { find } = setUp()
  const [source] = (await find()).sources
  expect(source).toMatchObject({
    method: 'estimate',
    device: { kind: 'cpu', name: 'AMD Ryzen 5 5600' },
    sensor: { basis: expect.stringContaining('not measured') },
  })
  expect(source?.sensor.uncertaintyPct).toBeGreaterThanOrEqual(50)
})

test('the estimate counts work, not waiting or time stolen by other guests', async () => {
  const { proc, find } = setUp()
  const [source] = (await find()).sources
  const limitW = source?.device.powerLimitW ?? Number.NaN
  expect((await source?.sample(signal))?.energyMj).toBeCloseTo(((1_520 / 100) * limitW * 1_000) / 2, 6)
  proc.write('stat', 'cpu  nonsense')
  expect(await source?.sample(signal)).toMatchObject({ energyMj: null, status: 'unavailable' })
})

const source = (kind: 'cpu' | 'gpu', method: PowerSource['method']) => ({ device: { kind }, method }) as PowerSource

test('an estimate is dropped where another reader counts the processor', () => {
  const [gpu, estimate, counter] = [source('gpu', 'counter'), source('cpu', 'estimate'), source('cpu', 'counter')]
  expect(withoutSpareEstimate([gpu, estimate])).toEqual([gpu, estimate])
  expect(withoutSpareEstimate([gpu, estimate, counter])).toEqual([gpu, counter])
})
