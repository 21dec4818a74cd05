import type { Clock } from '../../kernel/clock.ts'
import type { PowerSample, PowerSource } from '../power-source.ts'
import type { WindowsHost } from './windows-host.ts'
import type { AdapterUse } from './windows-protocol.ts'

/** What Windows says of all adapters; `null` if it does not answer. */
export interface GpuUses {
  readonly look: (signal: AbortSignal) => Promise<readonly AdapterUse[] | null>
}

/** Windows lists every engine of every program at each look: one a second serves all cards, however often they are sampled. */
const FRESH_MS = 900

export function createGpuUses({ host, clock }: { readonly host: WindowsHost; readonly clock: Clock }): GpuUses {
  let last: { readonly at: number; readonly uses: Promise<readonly AdapterUse[] | null> } | null = null
  const ask = async (signal: AbortSignal): Promise<readonly AdapterUse[] | null> => {
    const answer = await host.ask({ ask: 'adapters' }, signal)
    return 'adapters' in answer ? answer.adapters : null
  }
  return {
    look(signal) {
      const at = clock.monotonic()
      if (!last || at - last.at >= FRESH_MS) last = { at, uses: ask(signal) }
      return last.uses
    },
  }
}

/**
 * The adapter that is the card at this PCI address. The address decides where Windows tells it. Where it does not, the card can
 * only be told if it is the only adapter; with several, nobody is named rather than the wrong ones.
 */
export function adapterOf(busId: string | null, uses: readonly AdapterUse[]): AdapterUse | null {
  const [only, another] = uses
  return uses.find((use) => use.busId !== null && use.busId === busId) ?? (only && !another && only.busId === null ? only : null)
}

const decorations = new WeakMap<GpuUses, WeakMap<PowerSource, PowerSource>>()

/**
 * Adds who uses a GPU to a source whose own driver cannot tell: under Windows' driver model NVML lists every program with a window,
 * and of none of them whether it works. A GPU that was not read is not asked about. The same source always gives the same object.
 */
export function withWindowsProcesses(source: PowerSource, uses: GpuUses): PowerSource {
  if (source.device.kind !== 'gpu') return source
  const made = decorations.get(uses) ?? new WeakMap<PowerSource, PowerSource>()
  decorations.set(uses, made)
  const decorated = made.get(source) ?? withSample(source, (signal) => sampleWith(source, uses, signal))
  made.set(source, decorated)
  return decorated
}

/** A property that follows the hardware, as after a driver update, goes on following it. */
const withSample = (source: PowerSource, sample: PowerSource['sample']): PowerSource =>
  Object.defineProperties({}, { ...Object.getOwnPropertyDescriptors(source), sample: { value: sample, enumerable: true } }) as PowerSource

async function sampleWith(source: PowerSource, uses: GpuUses, signal: AbortSignal): Promise<PowerSample> {
  const sample = await source.sample(signal)
  if (sample.status !== 'ok') return sample
  const use = adapterOf(source.device.busId, (await uses.look(signal)) ?? [])
  return {
    ...sample,
    busy: sample.busy ?? use?.busy ?? null,
    memoryUsedBytes: sample.memoryUsedBytes ?? use?.memoryBytes ?? null,
    processes: use?.pids ?? sample.processes,
  }
}
