import { join } from 'node:path'
import type { LaunchChild } from '../../kernel/child.ts'
import type { Clock } from '../../kernel/clock.ts'
import { type DeviceKind, type PowerSource, emptySample } from '../power-source.ts'
import { type CpuIdentity, readCpu } from './cpu.ts'
import { type Finder, NOTHING_FOUND } from './found.ts'
import { MacosReply, type MacosRequest } from './macos-protocol.ts'
import { midpoint, now } from './moment.ts'
import { type ReaderHost, createReaderHost } from './reader-host.ts'

export interface MacosDeps {
  readonly launch: LaunchChild
  readonly clock: Clock
  readonly platform: NodeJS.Platform
  /** A library that stands in for Apple's own, for tests. */
  readonly library?: string
}

type Host = ReaderHost<MacosRequest, MacosReply>

const NOT_VERIFIED = 'not yet verified on a Mac'
/** Apple calls it a model: it is computed from activity, not measured. No public comparison with a power meter is known to us. */
const SENSOR_UNCERTAINTY_PCT = 20
/** The chip publishes its counters slowly; shorter stretches say little. */
const UPDATE_MS = 1_000
const TIMEOUT_MS = 5_000
const FIELDS = { cpu: 'cpuMj', gpu: 'gpuMj' } as const

/**
 * Apple's chips by their own energy model (IOReport): one source for the processor, one for the GPU on the same chip. On another
 * platform, on a Mac with an Intel processor and where Apple took the library away it finds nothing. Lives until `signal` aborts.
 */
export function createMacosFinder({ launch, clock, platform, library }: MacosDeps, signal: AbortSignal): Finder {
  if (platform !== 'darwin') return { find: async () => NOTHING_FOUND }
  const program = {
    name: 'macos-child',
    file: join(import.meta.dirname, 'macos-child.ts'),
    args: library === undefined ? [] : [library],
    environment: {},
  }
  const host: Host = createReaderHost<MacosRequest, MacosReply>({ program, launch, clock, reply: MacosReply, timeoutMs: () => TIMEOUT_MS }, signal)
  const cpu = readCpu('/proc')
  const both = { cpu: sourceOf('cpu', { host, clock, cpu }), gpu: sourceOf('gpu', { host, clock, cpu }) }
  let known: readonly PowerSource[] = []
  return {
    find: async (_pci, findSignal) => {
      const answer = await host.ask({ ask: 'energy' }, findSignal)
      // A reader that is down for a moment does not make the chip go away.
      if (!('down' in answer)) known = (['gpu', 'cpu'] as const).filter((kind) => answer[FIELDS[kind]] !== null).map((kind) => both[kind])
      return { ...NOTHING_FOUND, sources: known }
    },
  }
}

const sourceOf = (kind: DeviceKind, { host, clock, cpu }: { readonly host: Host; readonly clock: Clock; readonly cpu: CpuIdentity }): PowerSource => ({
  device: {
    kind,
    vendor: 'Apple',
    name: kind === 'cpu' ? cpu.model : `${cpu.model} GPU`,
    driver: 'macOS',
    uuid: `${cpu.model} ${kind}`,
    busId: null,
    vramBytes: null,
    powerLimitW: null,
    containerIds: [],
    instances: null,
  },
  method: 'counter',
  reader: `IOReport (${NOT_VERIFIED})`,
  sensor: {
    updateMs: UPDATE_MS,
    uncertaintyPct: SENSOR_UNCERTAINTY_PCT,
    basis: `energy model of the chip, assumed, ${NOT_VERIFIED}`,
    wrapMj: null,
    power: 'power-instant',
  },
  rest: null,
  sample: async (signal) => {
    const asked = now(clock)
    const answer = await host.ask({ ask: 'energy' }, signal)
    const at = midpoint(asked, now(clock))
    const energyMj = 'down' in answer ? null : answer[FIELDS[kind]]
    return { ...emptySample(at, energyMj === null ? 'unavailable' : 'ok'), energyMj }
  },
})
