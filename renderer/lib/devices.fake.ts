/** Hardware of one afternoon. */
import type { Device, DeviceKey, SeenDevice } from '../../shared/contract/device.ts'
import { at } from './afternoon.fake.ts'

export const deviceId = (index: number): string => index.toString(16).padStart(64, '0')

export const aDevice = (changes: Partial<Device> = {}): Device => ({
  deviceId: deviceId(1),
  kind: 'gpu',
  vendor: 'NVIDIA',
  name: 'GeForce RTX 4070',
  driver: '595.10',
  busId: '00000000:01:00.0',
  vramBytes: 12_878_610_432,
  powerLimitW: 200,
  instances: null,
  method: 'counter',
  reader: 'NVML',
  sensor: { uncertaintyPct: 7, basis: 'Ada, published meter tests' },
  state: 'ok',
  at: at(0),
  watts: 172.4,
  temperatureC: 61,
  idleW: 8.2,
  energyToday: { joules: 2_412_000, jobJoules: 1_656_000 },
  enabled: true,
  ceilings: { temperatureC: null, watts: null },
  held: null,
  ...changes,
})

export const aProcessor = (changes: Partial<Device> = {}): Device =>
  aDevice({
    deviceId: deviceId(2),
    kind: 'cpu',
    vendor: 'AMD',
    name: 'Ryzen 7 7700',
    driver: '',
    busId: null,
    vramBytes: null,
    powerLimitW: 88,
    method: 'estimate',
    reader: 'Estimate from load',
    sensor: { uncertaintyPct: 50, basis: 'not measured: busy share of the CPU × an assumed 88 W' },
    watts: 24.1,
    temperatureC: null,
    idleW: null,
    energyToday: { joules: 540_000, jobJoules: 0 },
    ...changes,
  })

export const aSeenDevice = (changes: Partial<SeenDevice> = {}): SeenDevice => ({
  kind: 'gpu',
  vendor: 'AMD',
  name: 'Radeon RX 6600',
  busId: '0000:05:00.0',
  reason: 'no-driver',
  advice: 'Load the amdgpu driver, then let Windfall look again.',
  ...changes,
})

export const someSeen = (): SeenDevice[] => [
  aSeenDevice(),
  aSeenDevice({
    kind: 'accelerator',
    vendor: 'Google',
    name: 'Coral Edge TPU',
    busId: '0000:07:00.0',
    reason: 'not-used',
    advice: 'No job asks for accelerators like this one. Nothing to do.',
  }),
]

export const aKey = (changes: Partial<DeviceKey> = {}): DeviceKey => ({
  keyId: 'kQ4vTz1xYb7NfW0aLs9cJd3hRm6pGe2uXo8iKt5ZwEg',
  alg: 'EdDSA',
  evidence: 'software',
  keptIn: 'The keychain of this user (GNOME Keyring)',
  sealed: true,
  rotations: 0,
  next: null,
  ...changes,
})
