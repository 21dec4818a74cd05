import { expect, onTestFinished, test } from 'vitest'
import { createFakeClock } from '../../kernel/clock.fake.ts'
import { listPciDevices } from './pci.ts'
import { createFakeTree } from './sysfs.fake.ts'
import { createSysfsFinder } from './sysfs-finder.ts'

type Files = Readonly<Record<string, string | number>>
const signal = new AbortController().signal
const METRICS_1_4 = { energyJ: 5_000 }

const setUp = () => {
  const [sys, proc] = [createFakeTree(), createFakeTree()]
  onTestFinished(() => [sys, proc].forEach((tree) => tree[Symbol.dispose]()))
  const card = (busId: string, { vendor, device, driver, files = {} }: { vendor: string; device: string; driver?: string; files?: Files }) => {
    const path = `bus/pci/devices/${busId}`
    for (const [name, value] of Object.entries({ class: '0x030000', vendor, device, ...files })) sys.write(`${path}/${name}`, value)
    if (driver) sys.link(`${path}/driver`, `/somewhere/drivers/${driver}`)
    return (name: string, value: string | number | Uint8Array) => sys.write(`${path}/${name}`, value)
  }
  const finder = createSysfsFinder({ clock: createFakeClock(), sysRoot: sys.root, procRoot: proc.root })
  return { sys, proc, card, find: () => finder.find(listPciDevices(sys.root), signal) }
}
const AMD_CARD = { vendor: '0x1002', device: '0x744c', driver: 'amdgpu' }
const ARC = { vendor: '0x8086', device: '0x56a0', driver: 'xe' }

const metricsTable = ({ energyJ }: { energyJ: number }): Buffer => {
  const bytes = Buffer.alloc(264)
  bytes.writeUInt16LE(264, 0)
  bytes.set([1, 4], 2)
  bytes.writeBigUInt64LE(BigInt(energyJ) * 65_536n, 24)
  return bytes
}

test('an AMD card is read by whichever of its two power files it has', async () => {
  const { card, find } = setUp()
  const files = {
    'hwmon/hwmon3/power1_cap': 327_000_000,
    'hwmon/hwmon3/power1_average': 291_000_000,
    'hwmon/hwmon3/temp1_input': 61_000,
    gpu_busy_percent: 97,
    mem_info_vram_total: 25_753_026_560,
    mem_info_vram_used: 9_000,
    unique_id: 'a1b2',
  }
  card('0000:03:00.0', { ...AMD_CARD, files })
  card('0000:04:00.0', { ...AMD_CARD, device: '0x73bf', files: { 'hwmon/hwmon4/power1_input': 120_000_000 } })
  const { sources, seen } = await find()
  expect(seen).toEqual([])
  expect(sources.map(({ method, device }) => [method, device.uuid, device.powerLimitW])).toEqual([
    ['power-average', 'a1b2', 327],
    ['power-instant', 'pci-0000:04:00.0-1002:73bf', null],
  ])
  expect(await sources[0]?.sample(signal)).toMatchObject({ powerMw: 291_000, energyMj: null, temperatureC: 61, busy: 0.97, memoryUsedBytes: 9_000 })
})

test('a compute card with an energy counter of known unit is read by it, with its power beside it', async () => {
  const { card, find } = setUp()
  const write = card('0000:03:00.0', { ...AMD_CARD, device: '0x74a1', files: { class: '0x120000', 'hwmon/hwmon3/power1_input': 500_000_000 } })
  write('gpu_metrics', metricsTable(METRICS_1_4))
  const [source] = (await find()).sources
  expect(source?.method).toBe('counter')
  expect(await source?.sample(signal)).toMatchObject({ energyMj: 5_000_000, powerMw: 500_000, status: 'ok' })
  write('gpu_metrics', metricsTable({ energyJ: 0 }))
  expect(await source?.sample(signal)).toMatchObject({ energyMj: null, powerMw: 500_000 })
})

test('a processor with graphics says that its figure includes the processor', async () => {
  const { card, find } = setUp()
  card('0000:03:00.0', { ...AMD_CARD, files: { 'hwmon/hwmon3/power1_input': 30_000_000, 'hwmon/hwmon3/in1_label': 'vddnb' } })
  expect((await find()).sources[0]?.sensor.basis).toContain('includes the processor')
})

test('an AMD card that fell asleep is left alone, one whose sensor fails is not read as 0', async () => {
  const { card, find } = setUp()
  const files = { 'hwmon/hwmon3/power1_average': 30_000_000, 'power/runtime_status': 'active', 'power/control': 'auto' }
  const write = card('0000:03:00.0', { ...AMD_CARD, files })
  const [source] = (await find()).sources
  expect(source?.rest).not.toBeNull()
  for (const unread of ['', '0', '-1', 'N/A', 'Infinity']) {
    write('hwmon/hwmon3/power1_average', unread)
    expect(await source?.sample(signal)).toMatchObject({ powerMw: null, status: 'unavailable' })
  }
  write('power/runtime_status', 'suspended')
  expect(await source?.sample(signal)).toMatchObject({ powerMw: null, busy: null, processes: null, status: 'asleep' })
})

test('an Arc card whose first counter stays 0 is read by the second', async () => {
  const { card, find } = setUp()
  const files = {
    'hwmon/hwmon4/energy1_input': 0,
    'hwmon/hwmon4/energy2_input': 977_130_000_000,
    'hwmon/hwmon4/power1_max': 190_000_000,
    'hwmon/hwmon4/temp2_input': 48_000,
  }
  const write = card('0000:03:00.0', { ...ARC, files })
  const [source] = (await find()).sources
  expect(source).toMatchObject({ method: 'counter', device: { vendor: 'Intel', powerLimitW: 190, containerIds: [], instances: null } })
  expect(await source?.sample(signal)).toMatchObject({ energyMj: 977_130_000, temperatureC: 48 })
  write('hwmon/hwmon4/energy2_input', 0)
  expect(await source?.sample(signal)).toMatchObject({ energyMj: null, status: 'unavailable' })
})

test('who uses an Arc card comes from its clients', async () => {
  const { card, proc, find } = setUp()
  card('0000:03:00.0', { ...ARC, files: { 'hwmon/hwmon4/energy1_input': 5_000_000 } })
  proc.link('77/fd/9', '/dev/dri/card1')
  proc.write('77/fdinfo/9', 'drm-pdev: 0000:03:00.0\ndrm-client-id: 1\ndrm-cycles-rcs: 5\ndrm-total-cycles-rcs: 10')
  expect(await (await find()).sources[0]?.sample(signal)).toMatchObject({ processes: [77], busy: null })
})

test.each([
  ['a lit screen', { 'drm/card1/card1-DP-1/status': 'connected', 'drm/card1/card1-DP-1/enabled': 'enabled' }, true],
  ['a screen that is switched off', { 'drm/card1/card1-DP-1/status': 'connected', 'drm/card1/card1-DP-1/enabled': 'disabled' }, false],
  ['no screen', { 'drm/card1/card1-DP-1/status': 'disconnected', 'drm/card1/card1-DP-1/enabled': 'enabled' }, false],
  ['a driver that lists no connectors', {}, null],
])('%s', async (_name, files, display) => {
  const { card, find } = setUp()
  card('0000:03:00.0', { ...ARC, files: { 'hwmon/hwmon4/energy1_input': 5_000_000, ...files } })
  expect((await (await find()).sources[0]?.sample(signal))?.display).toBe(display)
})

test.each([
  ['no driver', { vendor: '0x1002', device: '0x744c' }, 'no-driver'],
  ['a card handed to a virtual machine', { vendor: '0x10de', device: '0x2684', driver: 'vfio-pci' }, 'no-driver'],
  ['a driver without a meter', { vendor: '0x10de', device: '0x2684', driver: 'nouveau' }, 'no-meter'],
  ['an integrated GPU', { vendor: '0x8086', device: '0x46a6', driver: 'i915' }, 'no-meter'],
  ['a card that sleeps', { ...AMD_CARD, files: { 'hwmon/hwmon3/power1_average': 1, 'power/runtime_status': 'suspended' } }, 'asleep'],
])('%s is seen, not used', async (_name, device, reason) => {
  const { card, find } = setUp()
  card('0000:00:02.0', device)
  const found = await find()
  expect(found).toMatchObject({ sources: [], seen: [{ kind: 'gpu', reason, busId: '0000:00:02.0' }], covered: new Set(['0000:00:02.0']) })
})

test('asked again, a card that is still there keeps its source, asleep or not; one that left is gone', async () => {
  const { sys, card, find } = setUp()
  const write = card('0000:03:00.0', { ...AMD_CARD, files: { 'hwmon/hwmon3/power1_average': 30_000_000, 'power/runtime_status': 'active' } })
  const [first] = (await find()).sources
  write('power/runtime_status', 'suspended')
  const again = await find()
  expect(again.sources[0]).toBe(first)
  expect(again.seen).toEqual([])
  sys.write('bus/pci/devices/0000:03:00.0/class', '0x020000')
  expect((await find()).sources).toEqual([])
})
