import { expect, test } from 'vitest'
import { Capabilities } from '../../shared/contract/coordinator.ts'
import type { RuntimeName } from '../../shared/contract/wire.ts'
import { capabilitiesOf } from './capabilities.ts'
import type { Detection } from './gpu/detect.ts'
import type { Availability, Runtime } from './jobs/runtime.ts'
import { uuidHashOf } from './metering/measurement.ts'
import type { DeviceIdentity, PowerSource } from './power-source.ts'

const NODE = 'n'.repeat(43)
const UUID = 'GPU-3b1f7c4a-serial-0001'
const device = (change: Partial<DeviceIdentity>): PowerSource =>
  ({
    device: {
      kind: 'gpu',
      vendor: 'NVIDIA',
      name: 'RTX 4080',
      driver: '595.10',
      uuid: UUID,
      busId: null,
      vramBytes: 17_000_000_000,
      powerLimitW: 320,
      ...change,
    },
  }) as PowerSource
const detected = (...sources: PowerSource[]): Detection => ({
  cpu: { vendor: 'Intel', model: 'Core '.repeat(60), packages: 1, cores: 8, threads: 16, memoryBytes: 0 },
  sources,
  seen: [],
})
const cpu = (uuid: string) => device({ kind: 'cpu', uuid, powerLimitW: 100 })
const runtime = (name: RuntimeName, found: Availability): [RuntimeName, Runtime] => [name, { name, probe: async () => found } as unknown as Runtime]

const ask = (detection: Detection, ...runtimes: [RuntimeName, Runtime][]) =>
  capabilitiesOf({ version: '0.1.0', zone: 'GB-13', nodeId: NODE, detection, runtimes: new Map(runtimes) }, new AbortController().signal)

test('hardware is described without anything that names this very machine', async () => {
  const told = await ask(detected(device({}), device({ kind: 'cpu', uuid: 'cpu-serial-0002', powerLimitW: 65 })))
  expect(told).toMatchObject({ gpus: [{ uuidHash: uuidHashOf(UUID, NODE), name: 'RTX 4080', powerLimitW: 320 }], cpuPowerLimitW: 65, cpu: { cores: 8 } })
  expect(JSON.stringify(told)).not.toMatch(/serial/)
})

test('whatever names a driver reports, the coordinator can read them', async () => {
  const long = 'x'.repeat(500)
  const told = await ask(
    detected(device({ vendor: long, name: long, driver: long, vramBytes: null, powerLimitW: null })),
    runtime('docker', { available: true, version: long }),
  )
  expect(Capabilities.safeParse(told).error).toBeUndefined()
  expect(told.gpus[0]).toMatchObject({ vramBytes: 0, powerLimitW: 600 })
})

test('only what can run jobs now is offered, and the limits of all processor packages count together', async () => {
  const told = await ask(
    detected(cpu('a'), cpu('b')),
    runtime('docker', { available: false, reason: 'no engine' }),
    runtime('wasm', { available: true, version: 'V8' }),
  )
  expect(told).toMatchObject({ gpus: [], cpuPowerLimitW: 200, runtimes: [{ name: 'wasm', version: 'V8' }] })
})
