import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { createFakeClock } from '../../kernel/clock.fake.ts'
import type { LaunchChild } from '../../kernel/child.ts'
import { type Detection, createDetector, detectSources } from './detect.ts'
import { FAKE_4090, type FakeMachine, compileFakeNvml } from './nvml.fake.ts'
import { PACKAGE_ZONE } from './powercap.fixture.ts'
import { type FakeTree, createFakeTree } from './sysfs.fake.ts'

const fake = compileFakeNvml()
afterAll(() => typeof fake !== 'string' && fake[Symbol.dispose]())

const CPUINFO = [
  'processor : 0\nvendor_id : AuthenticAMD\nmodel name : AMD Ryzen 5 5600\nphysical id : 0\ncore id : 0',
  'processor : 1\nvendor_id : AuthenticAMD\nmodel name : AMD Ryzen 5 5600\nphysical id : 0\ncore id : 0',
].join('\n\n')

const tree = (files: Readonly<Record<string, string | number>> = {}): FakeTree => {
  const made = createFakeTree(files)
  onTestFinished(() => made[Symbol.dispose]())
  return made
}

const card = (
  sys: FakeTree,
  busId: string,
  { vendor, device, driver, files = {} }: { vendor: string; device: string; driver?: string; files?: Readonly<Record<string, string | number>> },
) => {
  const path = `bus/pci/devices/${busId}`
  for (const [name, value] of Object.entries({ class: '0x030000', vendor, device, ...files })) sys.write(`${path}/${name}`, value)
  if (driver) sys.link(`${path}/driver`, `/somewhere/drivers/${driver}`)
}

/** Looks at a machine; `launch` replaces the programs that would load vendor libraries or look up names. */
async function detect({
  sys = tree(),
  environment = {},
  launch,
}: {
  sys?: FakeTree
  environment?: Record<string, string>
  launch?: LaunchChild
} = {}): Promise<Detection> {
  const ended = new AbortController()
  onTestFinished(() => ended.abort())
  const proc = tree({ cpuinfo: CPUINFO, stat: 'cpu  1000 0 500 9000 100 0 20 50 0 0' })
  const deps = {
    clock: createFakeClock(),
    environment: { WINDFALL_NVML: '/nowhere', PATH: process.env['PATH'], ...environment },
    sysRoot: sys.root,
    procRoot: proc.root,
  }
  return detectSources({ ...deps, ...(launch ? { launch } : {}) }, ended.signal)
}
const sampleOf = ({ sources }: Detection, index = 0) => sources[index]?.sample(new AbortController().signal)

/** Notes what would have been started, and starts nothing. */
const tripwire = () => {
  const started: string[] = []
  const launch: LaunchChild = ({ name }) => {
    started.push(name)
    return null
  }
  return { launch, started }
}

test('a machine that lets nothing be read gets an estimate, and it is called one', async () => {
  const detection = await detect()
  expect(detection.cpu).toMatchObject({ vendor: 'AMD', model: 'AMD Ryzen 5 5600', packages: 1, cores: 1, threads: 2 })
  expect(detection.sources).toHaveLength(1)
  expect(detection.sources[0]).toMatchObject({ method: 'estimate', device: { kind: 'cpu', name: 'AMD Ryzen 5 5600' } })
  expect(detection.sources[0]?.sensor.uncertaintyPct).toBeGreaterThanOrEqual(50)
  expect(detection.sources[0]?.sensor.basis).toContain('not measured')
  expect(await sampleOf(detection)).toMatchObject({ energyMj: expect.any(Number), powerMw: null })
})

test('the estimate counts work, not waiting or time stolen by other guests', async () => {
  const per = (await detect()).sources[0]?.device.powerLimitW ?? Number.NaN
  expect((await sampleOf(await detect()))?.energyMj).toBeCloseTo(((1_520 / 100) * per * 1_000) / 2, 6)
})

test('without a library no process is started for it', async () => {
  const { launch, started } = tripwire()
  await detect({ launch })
  expect(started).toEqual([])
})

test.skipIf(typeof fake === 'string')('a sleeping NVIDIA card is seen but not woken', async () => {
  const { launch, started } = tripwire()
  const sys = tree()
  card(sys, '0000:01:00.0', { vendor: '0x10de', device: '0x2684', driver: 'nvidia', files: { 'power/runtime_status': 'suspended', 'power/control': 'auto' } })
  const detection = await detect({ sys, launch, environment: { WINDFALL_NVML: typeof fake === 'string' ? '' : fake.path } })
  expect(started).toEqual([])
  expect(detection.seen).toMatchObject([{ vendor: 'NVIDIA', reason: 'asleep', busId: '0000:01:00.0' }])
})

test('an AMD card is read by whichever of its two power files it has', async () => {
  const sys = tree()
  const files = {
    'hwmon/hwmon3/power1_cap': 327_000_000,
    'hwmon/hwmon3/temp1_input': 61_000,
    gpu_busy_percent: 97,
    mem_info_vram_total: 25_753_026_560,
    mem_info_vram_used: 9_000,
    unique_id: 'a1b2',
  }
  card(sys, '0000:03:00.0', { vendor: '0x1002', device: '0x744c', driver: 'amdgpu', files: { ...files, 'hwmon/hwmon3/power1_average': 291_000_000 } })
  card(sys, '0000:04:00.0', { vendor: '0x1002', device: '0x73bf', driver: 'amdgpu', files: { 'hwmon/hwmon4/power1_input': 120_000_000 } })
  const detection = await detect({ sys })
  expect(detection.sources.map(({ method, device }) => [method, device.uuid, device.powerLimitW])).toEqual([
    ['power-average', 'a1b2', 327],
    ['power-instant', 'pci-0000:04:00.0-1002:73bf', null],
    ['estimate', expect.any(String), expect.any(Number)],
  ])
  expect(await sampleOf(detection)).toMatchObject({ powerMw: 291_000, energyMj: null, temperatureC: 61, busy: 0.97, memoryUsedBytes: 9_000 })
})

test('an AMD card that fell asleep is left alone, one whose sensor fails is not read as 0', async () => {
  const sys = tree()
  card(sys, '0000:03:00.0', {
    vendor: '0x1002',
    device: '0x744c',
    driver: 'amdgpu',
    files: { 'hwmon/hwmon3/power1_average': 30_000_000, 'power/runtime_status': 'active', 'power/control': 'auto' },
  })
  const detection = await detect({ sys })
  sys.write('bus/pci/devices/0000:03:00.0/hwmon/hwmon3/power1_average', '')
  expect(await sampleOf(detection)).toMatchObject({ powerMw: null, status: 'unavailable' })
  sys.write('bus/pci/devices/0000:03:00.0/power/runtime_status', 'suspended')
  expect(await sampleOf(detection)).toMatchObject({ powerMw: null, status: 'asleep' })
})

test('an Arc card whose first counter stays 0 is read by the second', async () => {
  const sys = tree()
  card(sys, '0000:03:00.0', {
    vendor: '0x8086',
    device: '0x56a0',
    driver: 'xe',
    files: { 'hwmon/hwmon4/energy1_input': 0, 'hwmon/hwmon4/energy2_input': 977_130_000_000, 'hwmon/hwmon4/power1_max': 190_000_000 },
  })
  const detection = await detect({ sys })
  expect(detection.sources[0]).toMatchObject({ method: 'counter', device: { vendor: 'Intel', powerLimitW: 190 } })
  expect((await sampleOf(detection))?.energyMj).toBe(977_130_000)
})

test.each([
  ['no driver', { vendor: '0x1002', device: '0x744c' }, 'no-driver'],
  ['a card handed to a virtual machine', { vendor: '0x10de', device: '0x2684', driver: 'vfio-pci' }, 'no-driver'],
  ['a driver without a meter', { vendor: '0x10de', device: '0x2684', driver: 'nouveau' }, 'no-meter'],
  ['an integrated GPU', { vendor: '0x8086', device: '0x46a6', driver: 'i915' }, 'no-meter'],
])('%s is seen, not used', async (_name, device, reason) => {
  const sys = tree()
  card(sys, '0000:00:02.0', device)
  const detection = await detect({ sys })
  expect(detection.seen).toMatchObject([{ reason, busId: '0000:00:02.0' }])
  expect(detection.sources.map(({ device: { kind } }) => kind)).toEqual(['cpu'])
})

const zone = (sys: FakeTree, folder: string, files: Readonly<Record<string, string | number>> = {}) => {
  for (const [name, value] of Object.entries({ ...PACKAGE_ZONE, ...files })) sys.write(`class/powercap/${folder}/${name}`, value)
}

test('CPU packages are told by name, each once', async () => {
  const sys = tree()
  zone(sys, 'intel-rapl-mmio:0')
  zone(sys, 'intel-rapl:0')
  zone(sys, 'intel-rapl:0:0', { name: 'core' })
  zone(sys, 'intel-rapl:1', { name: 'psys' })
  zone(sys, 'intel-rapl:2', { name: 'package-1', energy_uj: 5_000_000 })
  const detection = await detect({ sys })
  expect(detection.sources.map(({ method, device, sensor }) => [method, device.uuid, device.powerLimitW, sensor.wrapMj])).toEqual([
    ['rapl', 'AMD Ryzen 5 5600 package-0', 88, 262_143_328.85],
    ['rapl', 'AMD Ryzen 5 5600 package-1', 88, 262_143_328.85],
  ])
  expect((await sampleOf(detection))?.energyMj).toBe(262_143_000)
})

test('a counter that cannot be read is reported with the way to allow it', async () => {
  const sys = tree({
    'class/powercap/intel-rapl:0/name': 'package-0',
    'class/powercap/intel-rapl:0/energy_uj/folder': 'reading a folder fails for every user, root included',
  })
  const detection = await detect({ sys })
  expect(detection.seen).toMatchObject([{ kind: 'cpu', reason: 'unreadable', advice: expect.stringContaining('chmod') }])
  expect(detection.sources[0]?.method).toBe('estimate')
})

const look = (machine: FakeMachine, sys = tree()) => {
  if (typeof fake === 'string') throw new Error(fake)
  fake.play(machine)
  return detect({ sys, environment: { WINDFALL_NVML: fake.path } })
}

describe.skipIf(typeof fake === 'string')('with the NVIDIA library', () => {
  test('a card is one source, joined to its place on the bus', async () => {
    const sys = tree()
    card(sys, '0000:01:00.0', { vendor: '0x10de', device: '0x2684', driver: 'nvidia' })
    const detection = await look({ driver: '595.71.05', gpus: [FAKE_4090] }, sys)
    expect(detection.seen).toEqual([])
    expect(detection.sources[0]).toMatchObject({
      method: 'counter',
      device: {
        kind: 'gpu',
        vendor: 'NVIDIA',
        name: FAKE_4090.name,
        driver: 'NVIDIA 595.71.05',
        uuid: FAKE_4090.uuid,
        busId: '0000:01:00.0',
        powerLimitW: 450,
      },
      sensor: { uncertaintyPct: 7, power: 'power-average' },
      rest: null,
    })
    expect(await sampleOf(detection)).toMatchObject({ energyMj: 1_000_000, powerMw: 300_000, busy: 0.97, temperatureC: 71, status: 'ok' })
  })

  test.each([
    ['counter missing on an Ampere card', { energyReturn: 3, architecture: 7 }, 'power-average'],
    ['no averaged field on an Ampere card', { energyReturn: 3, fieldReturn: 3, architecture: 7 }, 'power-average'],
    ['A100, whose plain power is a snapshot', { energyReturn: 3, fieldReturn: 3, architecture: 7, name: 'NVIDIA A100-SXM4-40GB' }, 'power-instant'],
    ['Pascal', { energyReturn: 3, fieldReturn: 3, architecture: 4 }, 'power-instant'],
  ])('method: %s', async (_name, traits, method) => {
    expect((await look({ gpus: [{ ...FAKE_4090, ...traits }] })).sources[0]?.method).toBe(method)
  })

  test('a card that tells neither energy nor power is seen, not used', async () => {
    const detection = await look({ gpus: [{ ...FAKE_4090, energyReturn: 3, powerReturn: 3 }] })
    expect(detection.seen).toMatchObject([{ name: FAKE_4090.name, reason: 'no-meter' }])
    expect(detection.sources.map(({ device }) => device.kind)).toEqual(['cpu'])
  })

  test('a driver that is not loaded is explained', async () => {
    const sys = tree()
    card(sys, '0000:01:00.0', { vendor: '0x10de', device: '0x2684' })
    expect((await look({ initReturn: 9, gpus: [] }, sys)).seen).toMatchObject([{ reason: 'driver-failed', advice: expect.stringContaining('not loaded') }])
  })

  test('a card that is lost later says so in its samples', async () => {
    const detection = await look({ gpus: [FAKE_4090] })
    if (typeof fake !== 'string') fake.play({ gpus: [{ ...FAKE_4090, lost: 1 }] })
    expect(await sampleOf(detection)).toMatchObject({ status: 'lost', energyMj: null, powerMw: null })
  })
})

const createTestDetector = (sys: FakeTree, launch: LaunchChild = () => null) => {
  const ended = new AbortController()
  onTestFinished(() => ended.abort())
  const proc = tree({ cpuinfo: CPUINFO, stat: 'cpu  1000 0 500 9000 100 0 20 50 0 0' })
  const deps = {
    clock: createFakeClock(),
    environment: { WINDFALL_NVML: '/nowhere' },
    launch,
    sysRoot: sys.root,
    procRoot: proc.root,
    platform: 'linux' as const,
  }
  let named = 0
  return { ...createDetector(deps, { signal: ended.signal, renamed: () => named++ }), signal: ended.signal, named: () => named }
}

describe('a detector that is asked again', () => {
  const AMD = { vendor: '0x1002', device: '0x744c', driver: 'amdgpu', files: { 'hwmon/hwmon3/power1_average': 30_000_000, unique_id: 'a1b2' } }

  test('gives a card that is still there the same source, so that a measurement under way goes on', async () => {
    const sys = tree()
    card(sys, '0000:03:00.0', AMD)
    const { detect: look, signal } = createTestDetector(sys)
    const [first] = (await look(signal)).sources
    card(sys, '0000:04:00.0', { ...AMD, files: { 'hwmon/hwmon4/power1_average': 30_000_000, unique_id: 'c3d4' } })
    const again = (await look(signal)).sources
    expect(again.map(({ device }) => device.uuid).slice(0, 2)).toEqual(['a1b2', 'c3d4'])
    expect(again[0]).toBe(first)
  })

  test('has another fingerprint when a card comes, falls asleep or gets another driver, and the same one otherwise', () => {
    const sys = tree()
    card(sys, '0000:03:00.0', { ...AMD, files: { 'power/runtime_status': 'active', 'power/control': 'auto' } })
    const { fingerprint } = createTestDetector(sys)
    const seen = [fingerprint()]
    const expectNews = () => {
      const now = fingerprint()
      expect(seen).not.toContain(now)
      expect(fingerprint()).toBe(now)
      seen.push(now)
    }
    sys.write('bus/pci/devices/0000:03:00.0/power/runtime_status', 'suspended')
    expectNews()
    card(sys, '0000:01:00.0', { vendor: '0x10de', device: '0x2684', driver: 'nvidia' })
    expectNews()
    sys.write('module/nvidia/version', '595.71.05')
    expectNews()
    sys.write('bus/pci/devices/0000:03:00.0/hwmon/hwmon3/power1_average', 99)
    expect(fingerprint()).toBe(seen.at(-1))
  })

  test('asks for names once, and not while that would wake a card', async () => {
    const sys = tree()
    card(sys, '0000:03:00.0', { ...AMD, files: { ...AMD.files, 'power/runtime_status': 'suspended', 'power/control': 'auto' } })
    const { launch, started } = tripwire()
    const { detect: look, signal } = createTestDetector(sys, launch)
    await look(signal)
    expect(started).toEqual([])
    sys.write('bus/pci/devices/0000:03:00.0/power/runtime_status', 'active')
    await look(signal)
    await look(signal)
    expect(started).toEqual(['names-child'])
  })
})
