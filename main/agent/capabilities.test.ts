import { expect, test } from 'vitest'
import { Capabilities } from '../../shared/contract/node.ts'
import type { RuntimeName } from '../../shared/contract/wire.ts'
import { capabilitiesOf } from './capabilities.ts'
import type { ProofDevice } from '../../shared/domain/energy-proof.ts'
import type { Availability } from './jobs/runtime.ts'
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
const CPU = { vendor: 'Intel', model: 'Core '.repeat(60), packages: 1, cores: 8, threads: 16, memoryBytes: 0 }
const cpu = (uuid: string) => device({ kind: 'cpu', uuid, powerLimitW: 100 })

interface Told {
  readonly lent: readonly PowerSource[]
  readonly owed?: readonly ProofDevice[]
  readonly runtimes?: readonly { readonly name: RuntimeName; readonly found: Availability }[]
}
const tell = ({ lent, owed = [], runtimes = [] }: Told) => capabilitiesOf({ version: '0.1.0', zone: 'GB-13', nodeId: NODE, cpu: CPU, lent, owed, runtimes })

test('hardware is described without anything that names this very machine', () => {
  const told = tell({ lent: [device({}), device({ kind: 'cpu', uuid: 'cpu-serial-0002', powerLimitW: 65 })] })
  expect(told).toMatchObject({ gpus: [{ uuidHash: uuidHashOf(UUID, NODE), name: 'RTX 4080', powerLimitW: 320 }], cpuPowerLimitW: 65, cpu: { cores: 8 } })
  expect(JSON.stringify(told)).not.toMatch(/serial/)
})

test('whatever names a driver reports, the coordinator can read them', () => {
  const long = 'x'.repeat(500)
  const told = tell({
    lent: [device({ vendor: long, name: long, driver: long, vramBytes: null, powerLimitW: null })],
    runtimes: [{ name: 'docker', found: { available: true, version: long } }],
  })
  expect(Capabilities.safeParse(told).error).toBeUndefined()
  expect(told.gpus[0]).toMatchObject({ vramBytes: 0, powerLimitW: 600 })
  expect(tell({ lent: [device({ name: ' RTX\u0000 4080\n\u202e Super ' })] }).gpus[0]?.name).toBe('RTX 4080 Super')
})

test('only what can run jobs now is offered, and the limits of all processor packages count together', () => {
  const runtimes = [
    { name: 'docker', found: { available: false, reason: 'no engine' } },
    { name: 'wasm', found: { available: true, version: 'V8' } },
  ] as const
  expect(tell({ lent: [cpu('a'), cpu('b')], runtimes })).toMatchObject({ gpus: [], cpuPowerLimitW: 200, runtimes: [{ name: 'wasm', version: 'V8' }] })
})

test('a card that is gone stays known for the proofs on their way, once, and nothing is planned on it', () => {
  const owed: ProofDevice = { uuidHash: uuidHashOf(UUID, NODE), kind: 'gpu', vendor: 'NVIDIA', name: 'RTX 4080', driver: '595.10', powerLimitW: 320 }
  const told = tell({ lent: [cpu('a')], owed: [owed, owed, { ...owed, kind: 'cpu', uuidHash: uuidHashOf('a', NODE) }] })
  expect(told.gpus).toEqual([expect.objectContaining({ uuidHash: owed.uuidHash, vramBytes: 0, powerLimitW: 320 })])
  expect(Capabilities.safeParse(told).error).toBeUndefined()
  expect(tell({ lent: [device({})], owed: [owed] }).gpus).toEqual([expect.objectContaining({ vramBytes: 17_000_000_000 })])
})
