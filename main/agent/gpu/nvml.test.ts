import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { FAKE_4090, type FakeMachine, compileFakeNvml } from './nvml.fake.ts'
import { nvmlCodeOf } from './nvml-binding.ts'
import { type Nvml, openNvml } from './nvml.ts'

const fake = compileFakeNvml()
const old = compileFakeNvml({ withoutFieldValues: true })
afterAll(() => {
  if (typeof fake !== 'string') fake[Symbol.dispose]()
  if (typeof old !== 'string') old[Symbol.dispose]()
})

const open = (machine: FakeMachine, library = fake): Nvml => {
  if (typeof library === 'string') throw new Error(library)
  library.play(machine)
  const nvml = openNvml(library.path)
  onTestFinished(nvml.close)
  return nvml
}

const replay = (machine: FakeMachine) => typeof fake !== 'string' && fake.play(machine)

const codeOf = (action: () => unknown): number | null => {
  try {
    action()
    return null
  } catch (error) {
    return nvmlCodeOf(error)
  }
}

describe.skipIf(typeof fake === 'string' || typeof old === 'string')('NVIDIA management library', () => {
  test('tells who the cards are', () => {
    const nvml = open({ driver: '595.71.05', gpus: [FAKE_4090, { ...FAKE_4090, uuid: 'GPU-2', bus: '00000000:02:00.0' }] })
    expect(nvml.driver()).toBe('595.71.05')
    expect(nvml.devices()).toMatchObject([
      {
        uuid: FAKE_4090.uuid,
        name: 'NVIDIA GeForce RTX 4090',
        busId: '00000000:01:00.0',
        architecture: 8,
        limitMw: 450_000,
        vramBytes: 25_757_220_864,
        hasCounter: true,
        hasAverage: true,
        hasPower: true,
      },
      { uuid: 'GPU-2', busId: '00000000:02:00.0' },
    ])
  })

  test('reads counter, average power, load, memory, temperature and processes', () => {
    const nvml = open({
      gpus: [
        {
          ...FAKE_4090,
          processes: [
            { pid: 4242, bytes: 8e9 },
            { pid: 999, bytes: 1 },
          ],
        },
      ],
    })
    expect(nvml.read(FAKE_4090.uuid)).toEqual({
      energyMj: 1_000_000,
      powerMw: 300_000,
      temperatureC: 71,
      gpuPct: 97,
      memoryUsedBytes: 1_073_741_824,
      processes: [4242, 999],
      display: null,
    })
  })

  test('a counter beyond 32 bits arrives whole', () => {
    expect(open({ gpus: [{ ...FAKE_4090, energyMj: 8_123_456_789_012 }] }).read(FAKE_4090.uuid).energyMj).toBe(8_123_456_789_012)
  })

  test('what a card does not tell is missing, not 0', () => {
    const nvml = open({ gpus: [{ ...FAKE_4090, energyReturn: 3, fieldReturn: 3, limitMw: 0 }] })
    expect(nvml.devices()[0]).toMatchObject({ hasCounter: false, hasAverage: false, hasPower: true, limitMw: null })
    expect(nvml.read(FAKE_4090.uuid)).toMatchObject({ energyMj: null, powerMw: 312_500 })
    replay({ gpus: [{ ...FAKE_4090, energyReturn: 3, powerReturn: 3 }] })
    expect(nvml.read(FAKE_4090.uuid)).toMatchObject({ energyMj: null, powerMw: null })
  })

  test('a driver without field values is read the older way', () => {
    const nvml = open({ gpus: [FAKE_4090] }, old)
    expect(nvml.devices()[0]).toMatchObject({ hasCounter: true, hasAverage: false, hasPower: true })
    expect(nvml.read(FAKE_4090.uuid).powerMw).toBe(312_500)
  })

  test('tells a lost card from one that was never there, and from a driver that is not loaded', () => {
    const nvml = open({ gpus: [FAKE_4090] })
    expect(codeOf(() => nvml.read('GPU-other'))).toBe(28)
    replay({ gpus: [{ ...FAKE_4090, lost: 1 }] })
    expect(codeOf(() => nvml.read(FAKE_4090.uuid))).toBe(15)
    expect(codeOf(() => open({ initReturn: 9, gpus: [] }))).toBe(9)
    expect(codeOf(() => openNvml('/nowhere/libnvidia-ml.so.1'))).toBe(12)
  })

  test('a lost card does not hide the others', () => {
    const nvml = open({
      gpus: [
        { ...FAKE_4090, lost: 1 },
        { ...FAKE_4090, uuid: 'GPU-2' },
      ],
    })
    expect(nvml.devices().map(({ uuid }) => uuid)).toEqual(['GPU-2'])
  })

  test('a running counter rises', () => {
    const nvml = open({ gpus: [{ ...FAKE_4090, live: 1 }] })
    const first = nvml.read(FAKE_4090.uuid).energyMj ?? Number.NaN
    let last = first
    while (last === first) last = nvml.read(FAKE_4090.uuid).energyMj ?? Number.NaN
    expect(last).toBeGreaterThan(first)
  })

  test('tells whether a screen is driven and the driver stays loaded', () => {
    const nvml = open({ gpus: [{ ...FAKE_4090, display: 1, persistence: 0 }] })
    expect(nvml.read(FAKE_4090.uuid).display).toBe(true)
    expect(nvml.devices()[0]?.persistence).toBe(false)
    replay({ gpus: [{ ...FAKE_4090, display: 0, persistence: 1 }] })
    expect(nvml.read(FAKE_4090.uuid).display).toBe(false)
    expect(nvml.devices()[0]?.persistence).toBe(true)
    replay({ gpus: [FAKE_4090] })
    expect([nvml.read(FAKE_4090.uuid).display, nvml.devices()[0]?.persistence]).toEqual([null, null])
  })

  test.each([
    ['a card without the mode', {}, null],
    ['the mode is off', { mig: 0, migSlots: 7 }, null],
    ['not cut yet', { mig: 1, migSlots: 7 }, []],
    ['two instances with an empty slot between', { mig: 1, migSlots: 7, instances: ['MIG-a', '-', 'MIG-b'] }, ['MIG-a', 'MIG-b']],
  ] as const)('MIG: %s', (_name, traits, instances) => {
    expect(open({ gpus: [{ ...FAKE_4090, ...traits }] }).devices()[0]?.instances).toEqual(instances)
  })

  test('a card in MIG mode has a counter and power, but no utilisation', () => {
    const nvml = open({ gpus: [{ ...FAKE_4090, mig: 1, migSlots: 7, instances: ['MIG-a'] }] })
    expect(nvml.read(FAKE_4090.uuid)).toMatchObject({ energyMj: 1_000_000, powerMw: 300_000, gpuPct: null })
  })

  test('sentinels and figures that no card can mean are missing', () => {
    const nvml = open({
      gpus: [
        {
          ...FAKE_4090,
          energyMj: -1,
          powerMw: 0,
          averageMw: 0,
          gpu: 4_000,
          temperature: 4_294_967_295,
          vramUsed: -1,
          vramTotal: -1,
          limitMw: 4_294_967_295,
          architecture: 4_294_967_295,
        },
      ],
    })
    expect(nvml.read(FAKE_4090.uuid)).toMatchObject({ energyMj: null, powerMw: null, gpuPct: null, temperatureC: null, memoryUsedBytes: null })
    expect(nvml.devices()[0]).toMatchObject({ hasCounter: false, hasPower: false, vramBytes: null, limitMw: null, architecture: null })
  })

  test('a crowd of processes is listed whole', () => {
    const processes = Array.from({ length: 900 }, (_, index) => ({ pid: index + 1, bytes: 1 }))
    expect(open({ gpus: [{ ...FAKE_4090, processes }] }).read(FAKE_4090.uuid).processes).toEqual(processes.map(({ pid }) => pid))
  })

  test('a card that was plugged in is seen after a fresh look, and one that was pulled is lost', () => {
    const nvml = open({ gpus: [FAKE_4090] })
    replay({ gpus: [{ ...FAKE_4090, uuid: 'GPU-2' }] })
    expect(codeOf(() => nvml.read(FAKE_4090.uuid))).toBe(15)
    expect(nvml.devices()).toEqual([])
    nvml.reopen()
    expect(nvml.devices().map(({ uuid }) => uuid)).toEqual(['GPU-2'])
  })

  test('a library that was loaded for another driver says so in every call', () => {
    const nvml = open({ driver: '595.71.05', gpus: [FAKE_4090] })
    replay({ driver: '610.62', gpus: [FAKE_4090] })
    expect(codeOf(() => nvml.read(FAKE_4090.uuid))).toBe(18)
    expect(codeOf(() => nvml.reopen())).toBe(18)
    expect(codeOf(() => nvml.devices())).toBeNull()
    replay({ driver: '595.71.05', gpus: [FAKE_4090] })
    nvml.reopen()
  })

  test('text that cannot be printed is not passed on', () => {
    expect(open({ gpus: [{ ...FAKE_4090, name: 'RTX\u001b[31m 4090' }] }).devices()[0]?.name).toBe('RTX?[31m 4090')
  })
})
