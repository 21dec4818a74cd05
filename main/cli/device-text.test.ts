import { expect, test } from 'vitest'
import type { AgentStatus } from '../../shared/contract/agent.ts'
import { describeDevices, describeMeasure, deviceLine, pickDevice } from './device-text.ts'

type Device = AgentStatus['devices'][number]

const device = (change: Partial<Device> = {}): Device => ({
  deviceId: `3f2a91bc${'0'.repeat(56)}`,
  kind: 'gpu',
  vendor: 'NVIDIA',
  name: 'NVIDIA GeForce RTX 4070',
  driver: 'NVIDIA 595.71',
  busId: '0000:01:00.0',
  vramBytes: 12_884_901_888,
  powerLimitW: 200,
  instances: null,
  method: 'counter',
  reader: 'NVML',
  sensor: { uncertaintyPct: 7, basis: 'cards of this family against a power meter' },
  state: 'ok',
  at: '2026-03-01T12:00:00.000Z',
  watts: 171.6,
  temperatureC: 61,
  idleW: 12.3,
  energyToday: { joules: 1_656_000, jobJoules: 1_440_000 },
  enabled: true,
  ceilings: { temperatureC: 80, watts: null },
  held: null,
  ...change,
})

test('a device is found by a part of its name or the beginning of its id, never by a guess', () => {
  const devices = [
    device(),
    device({ deviceId: `a0${'1'.repeat(62)}`, name: 'NVIDIA GeForce RTX 4070 Ti' }),
    device({ deviceId: `a1${'1'.repeat(62)}`, name: 'CPU' }),
  ]
  expect(pickDevice(devices, '4070 ti').name).toBe('NVIDIA GeForce RTX 4070 Ti')
  expect(pickDevice(devices, 'NVIDIA GeForce RTX 4070').deviceId).toBe(devices[0]?.deviceId)
  expect(pickDevice(devices, '3f2a').name).toBe('NVIDIA GeForce RTX 4070')
  expect(pickDevice(devices, 'cpu').name).toBe('CPU')
  expect(() => pickDevice(devices, '4070')).toThrow(/“4070” could be .*4070 \(3f2a91bc\), .*4070 Ti \(a0111111\)/)
  expect(() => pickDevice(devices, 'a')).toThrow('could be')
  expect(() => pickDevice(devices, 'Arc')).toThrow(/No device is called “Arc”. There are: .*CPU/)
})

test('a person reads what it draws, how that is known and what they have set', () => {
  expect(describeDevices({ devices: [device()], seen: [] })).toEqual([
    'NVIDIA GeForce RTX 4070  on  171.6 W, 61 °C',
    '  id        3f2a91bc…  NVIDIA 595.71, 0000:01:00.0, 12.0 GiB, limit 200 W',
    '  today     460.00 Wh, of that 400.00 Wh for jobs; quiet it draws 12.3 W',
    '  measured  by its own energy counter (NVML), within ± 7 %: cards of this family against a power meter',
    '  ceilings  80 °C',
  ])
})

test('an estimate is called one, what sleeps is not shown with numbers, what rests says why, and what is not used says what to do', () => {
  const text = describeDevices({
    devices: [
      device({ method: 'estimate', temperatureC: null }),
      device({ state: 'asleep', watts: null, temperatureC: null, enabled: false, held: { code: 'off', message: 'You switched it off.' } }),
    ],
    seen: [{ kind: 'accelerator', vendor: 'Hailo', name: 'Hailo-8', busId: '0000:02:00.0', reason: 'not-used', advice: 'Seen, not used.' }],
  }).join('\n')
  expect(text).toContain('on  ≈ 171.6 W')
  expect(text).toContain('≈ 460.00 Wh, of that ≈ 400.00 Wh for jobs')
  expect(text).toContain('OFF  asleep\n')
  expect(text).toContain('  rests     You switched it off.')
  expect(text).toContain('seen, not used:\n  Hailo-8 at 0000:02:00.0\n    Seen, not used.')
})

test('the status has one line for each device', () => {
  expect(deviceLine(device())).toBe('device        NVIDIA GeForce RTX 4070: 171.6 W, 61 °C, 460.00 Wh today')
  expect(deviceLine(device({ state: 'ok', watts: null, temperatureC: null, at: null }))).toContain('not read yet')
})

test('a measurement shows both ways to the energy, and how far they agree', () => {
  const measure = {
    name: 'Card',
    driver: 'driver 1',
    method: 'counter',
    reader: 'NVML',
    seconds: 30.01,
    joules: 3_001,
    counterJ: 2_900,
    powerJ: 2_871,
    ratio: 0.99,
    meanW: 100,
    peakW: 104.2,
    samples: 31,
    failed: 0,
    latencyMs: { median: 0.8, p95: 1.2, longest: 3 },
    uncertaintyPct: 7.1,
    uncertaintyBasis: 'Sensor ± 7 %.',
  }
  expect(describeMeasure(measure).join('\n')).toMatch(
    /counter {6}2900\.00 J\n {2}power {8}2871\.00 J, integrated over the same stretches; power ÷ counter = 0\.9900/,
  )
  expect(describeMeasure({ ...measure, counterJ: null, powerJ: null, ratio: null, failed: 2 }).join('\n')).toMatch(
    /counter {6}not available[^]*2 looks without a reading/,
  )
})
