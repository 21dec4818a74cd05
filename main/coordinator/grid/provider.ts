import type { Signal, SignalKind } from '../../../shared/contract/wire.ts'
import type { EpochMs } from '../../../shared/units.ts'

const PROVIDER_IDS = ['carbon-intensity', 'octopus', 'neso', 'elexon', 'energy-charts', 'electricity-maps', 'watttime', 'entsoe', 'eia'] as const
export type ProviderId = (typeof PROVIDER_IDS)[number]

/** One quantity in one zone over `[from, to)`, epoch milliseconds. What lies after now is asked for as a forecast. */
export interface SignalQuery {
  readonly kind: SignalKind
  readonly zone: string
  readonly from: number
  readonly to: number
}

/** One source of grid signals. It knows its own names for zones, its own units and faults; what leaves it is a `Signal` and nothing else. */
export interface GridProvider {
  readonly id: ProviderId
  /** As people know it, with an article: “The UK Carbon Intensity API”. */
  readonly name: string
  /** Whether it can know this at all; nothing is asked. */
  readonly serves: (zone: string, kind: SignalKind) => boolean
  /**
   * What it says now, its own slots in order of time, each overlapping the stretch asked for; `null` where it has nothing, or nothing yet.
   * Errors: `grid.unavailable` for a provider that fails or answers nonsense, `config.invalid` for a key it refuses,
   * `input.invalid` for a question that it blames; rejects with the abort reason if `abort` aborts.
   */
  readonly read: (query: SignalQuery, abort: AbortSignal) => Promise<Signal | null>
  /** The first moment after `at` when it may say something new: until then nothing is asked twice. */
  readonly nextIssueAt: (kind: SignalKind, at: EpochMs) => EpochMs
}
