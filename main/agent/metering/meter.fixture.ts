import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { onTestFinished } from 'vitest'
import type { PowerReading } from '../../../shared/contract/device.ts'
import { type FakeClock, createFakeClock } from '../../kernel/clock.fake.ts'
import { type DeviceIdentity, type PowerSample, type PowerSource, emptySample } from '../power-source.ts'
import { type AgentStores, openAgentStores } from '../stores.ts'
import { uuidHashOf } from './measurement.ts'
import { type Meter, type MeterDeps, createMeter } from './meter.ts'
import { type SampleStore, createSampleStore } from './sample-store.ts'

export const NODE = 'n'.repeat(43)
export const SILENT = pino({ level: 'silent' })

export const TEST_CARD: DeviceIdentity = {
  kind: 'gpu',
  vendor: 'NVIDIA',
  name: 'Test card',
  driver: 'NVIDIA 595',
  uuid: 'GPU-1',
  busId: null,
  vramBytes: 8e9,
  powerLimitW: 450,
  containerIds: ['GPU-1'],
  instances: null,
}

/** What a test lets a device do. */
export interface TestLoad {
  watts: number
  status?: PowerSample['status']
  processes?: number[]
  temperatureC?: number
  busy?: number
  memoryUsedBytes?: number
  display?: boolean
}

export interface TestSource extends PowerSource {
  readonly looks: number[]
}

/** A device that draws what `load` says, on the test's clock. */
export function createTestSource(
  clock: FakeClock,
  load: TestLoad,
  traits: Partial<Pick<PowerSource, 'method' | 'rest'>> & { kind?: 'gpu' | 'cpu'; uuid?: string; startMj?: number } = {},
): TestSource {
  const { method = 'counter', kind = 'gpu', uuid = 'GPU-1', rest = null, startMj = 5_000_000 } = traits
  const looks: number[] = []
  let [energyMj, at] = [startMj, clock.monotonic() as number]
  return {
    device: { ...TEST_CARD, kind, uuid },
    method,
    reader: 'test',
    sensor: {
      updateMs: 100,
      uncertaintyPct: 7,
      basis: 'Ada, published meter tests',
      wrapMj: null,
      power: method === 'power-instant' ? 'power-instant' : 'power-average',
    },
    rest,
    looks,
    sample: async () => {
      const now = { mono: clock.monotonic(), wall: clock.now() }
      looks.push(now.mono)
      energyMj += load.watts * (now.mono - at)
      at = now.mono
      if (load.status) return emptySample(now, load.status)
      return {
        ...emptySample(now, 'ok'),
        energyMj: method === 'counter' ? energyMj : null,
        powerMw: load.watts * 1000,
        processes: load.processes ?? [],
        temperatureC: load.temperatureC ?? null,
        busy: load.busy ?? null,
        memoryUsedBytes: load.memoryUsedBytes ?? null,
        display: load.display ?? null,
      }
    },
  }
}

export const idOf = (uuid: string): string => uuidHashOf(uuid, NODE)

/** A folder that is gone after the test. */
export function testFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'windfall-meter-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

export interface TestMeter {
  readonly clock: FakeClock
  readonly sources: PowerSource[]
  readonly readings: PowerReading[]
  readonly stores: AgentStores
  readonly samples: SampleStore
  readonly meter: Meter
  /** Begins an attempt on the devices with these UUIDs. */
  readonly start: (...uuids: string[]) => ReturnType<Meter['start']>
}

/** A meter on real stores, over devices that the test may exchange at any time. */
export function createTestMeter(
  sourcesOf: (clock: FakeClock) => PowerSource[],
  given: Partial<Pick<MeterDeps, 'isOwnProcess' | 'onSample'>> & { readonly folder?: string; readonly clock?: FakeClock } = {},
): TestMeter {
  const { folder = testFolder(), clock = createFakeClock(), isOwnProcess = () => true, onSample } = given
  const stores = openAgentStores(folder)
  onTestFinished(() => stores[Symbol.dispose]())
  const samples = createSampleStore({ directory: join(folder, 'samples'), clock, log: SILENT, openAttempts: () => [], old: stores.oldSampleLogs })
  const readings: PowerReading[] = []
  const sources = sourcesOf(clock)
  const meter = createMeter({
    sources: () => sources,
    clock,
    nodeId: NODE,
    isOwnProcess,
    onReading: (reading) => readings.push(reading),
    ...(onSample && { onSample }),
    samples,
    days: stores.deviceDays,
  })
  const start = (...uuids: string[]) => meter.start({ attemptId: 'attempt', deviceIds: uuids.map(idOf) })
  return { clock, sources, readings, stores, samples, meter, start }
}
